#pragma once
#include "elementwise.h"
#include "quantize.h"
#include "workspace.h"

// A linear layer on float32 whose inputs become integers for the time of one call.
namespace octavo::OCTAVO_ISA {

struct DynamicRange {
  float scale;
  int32_t zeroPoint;
};

/** torch's rule (`ChooseQuantizationParams` of aten/src/ATen/native/quantized/cpu/QuantUtils.h); docs/numerics.md. */
inline DynamicRange dynamicRange(float smallest, float largest, double quantMax) {
  constexpr float floor = 6.1e-5f;
  float low = smallest < 0 ? smallest : 0, high = largest > 0 ? largest : 0;
  double scale = (double(high) - low) / quantMax;
  if (float(scale) == 0 || 1.0f / float(scale) == __builtin_inff()) scale = 0.1;
  if (scale < floor) {
    const float amplifier = floor / float(scale);
    scale = floor;
    if (low == 0) {
      high = floor * float(quantMax);
    } else if (high == 0) {
      low = -floor * float(quantMax);
    } else {
      low *= amplifier;
      high *= amplifier;
    }
  }
  const double below = low / scale, above = high / scale;
  const double zero = -__builtin_fabs(below) < quantMax - __builtin_fabs(above) ? -below : quantMax - above;
  const double clamped = zero > 0 ? (zero < quantMax ? zero : quantMax) : 0;
  return {float(scale), int32_t(__builtin_rint(clamped))};
}

void dynamicLinear(Span<const float> x, Span<const int8_t> weight, Span<const float> weightScale,
                   OptionalSpan<const float> bias, Span<float> y, int32_t quantMax, size_t rows, size_t inFeatures,
                   size_t outFeatures) {
  const size_t count = rows * inFeatures;
  OCTAVO_EXPECT(x.length >= count && y.length >= rows * outFeatures, "rows of inputs and outputs");
  OCTAVO_EXPECT(weight.length >= inFeatures * outFeatures, "outFeatures × inFeatures weights");
  OCTAVO_EXPECT(weightScale.length >= outFeatures && (!bias || bias.length >= outFeatures), "a scale per output");
  float low = 0, high = 0;
  for (size_t i = 0; i < count; ++i) {
    low = x[i] < low ? x[i] : low;
    high = x[i] > high ? x[i] : high;
  }
  const DynamicRange range = dynamicRange(low, high, quantMax);
  const Quantizer quantizer(range.scale, range.zeroPoint, 0, quantMax);
  Workspace<uint8_t> space(count + 1);
  uint8_t* integers = space.data();
  eachElement(count, [=](auto lanes, size_t i) {
    using V = decltype(lanes);
    (toInt(quantizer.centred(V::load(x.data + i))) + Int<V>::broadcast(quantizer.zeroPoint)).store(integers + i);
  });
  parallelFor(outFeatures, 1 + elementGrain / (count + 1), [=](size_t begin, size_t end) {
    for (size_t o = begin; o < end; ++o) {
      const int8_t* w = weight.data + o * inFeatures;
      const float scale = range.scale * weightScale[o];
      int32_t weights = 0;
      for (size_t i = 0; i < inFeatures; ++i) weights += w[i];
      for (size_t row = 0; row < rows; ++row) {
        const uint8_t* from = integers + row * inFeatures;
        int32_t sum = 0;
        for (size_t i = 0; i < inFeatures; ++i) sum += int32_t(from[i]) * int32_t(w[i]);
        const float product = static_cast<float>(sum - range.zeroPoint * weights) * scale;
        y[row * outFeatures + o] = bias ? product + bias[o] : product;
      }
    }
  });
}

}  // namespace octavo::OCTAVO_ISA
