#pragma once
#include "elementwise.h"
#include "quantize.h"
#include "row-dots.h"
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

/** The smallest and largest of the values and 0; NaN counts as 0. */
inline void rangeWithZero(const float* x, size_t count, float& low, float& high) {
  constexpr size_t width = Vector::width;
  Vector least = Vector::broadcast(0), most = least;
  size_t i = 0;
  for (; i + width <= count; i += width) {
    const Vector values = Vector::load(x + i);
    least = smaller(values, least);
    most = larger(values, most);
  }
  float lows[width], highs[width];
  least.store(lows);
  most.store(highs);
  low = high = 0;
  const auto take = [&](float smallest, float largest) {
    low = smallest < low ? smallest : low;
    high = largest > high ? largest : high;
  };
  for (size_t lane = 0; lane < width; ++lane) take(lows[lane], highs[lane]);
  for (; i < count; ++i) take(x[i], x[i]);
}

/** What is done with the outputs of some rows of weights: the sums become floats at `y`, rows of `stride`. */
struct DynamicOutputs {
  float inputScale;
  const float* weightScale;
  const float* bias;
  float* y;
  size_t stride, count;

  /** The sums of outputs from `first` on, of the rows of inputs from `row` on. */
  template <size_t Rows, size_t Outputs>
  void store(const int32_t (&sums)[Rows][Outputs], size_t row, size_t first) const {
    for (size_t r = 0; r < Rows; ++r) {
      for (size_t o = 0; o < Outputs && first + o < count; ++o) {
        const float product = static_cast<float>(sums[r][o]) * (inputScale * weightScale[first + o]);
        y[(row + r) * stride + first + o] = bias ? product + bias[first + o] : product;
      }
    }
  }
};

/** Outputs that a task takes at once: all of them for one row of inputs, or some of them for several rows. */
constexpr size_t dynamicBlock = 8, dynamicRows = 4, dynamicPair = 2;

inline void dynamicOutputs(const int16_t* x, size_t rows, const WeightRows<dynamicBlock>& weights, const DynamicOutputs& to) {
  const size_t stride = rowDotsStride(weights.depth);
  size_t row = 0;
  for (; row + dynamicRows <= rows; row += dynamicRows) {
    for (size_t o = 0; o < to.count; o += dynamicPair) {
      int32_t sums[dynamicRows][dynamicPair];
      rowDots(x + row * stride, weights, o, sums);
      to.store(sums, row, o);
    }
  }
  for (; row < rows; ++row) {
    int32_t sums[1][dynamicBlock];
    rowDots(x + row * stride, weights, 0, sums);
    to.store(sums, row, 0);
  }
}

void dynamicLinear(Span<const float> x, Span<const int8_t> weight, Span<const float> weightScale,
                   OptionalSpan<const float> bias, Span<float> y, int32_t quantMax, size_t rows, size_t inFeatures,
                   size_t outFeatures) {
  const size_t count = rows * inFeatures;
  OCTAVO_EXPECT(x.length >= count && y.length >= rows * outFeatures, "rows of inputs and outputs");
  OCTAVO_EXPECT(weight.length >= inFeatures * outFeatures, "outFeatures × inFeatures weights");
  OCTAVO_EXPECT(weightScale.length >= outFeatures && (!bias || bias.length >= outFeatures), "a scale per output");
  float low, high;
  rangeWithZero(x.data, count, low, high);
  const DynamicRange range = dynamicRange(low, high, quantMax);
  const Quantizer quantizer(range.scale, range.zeroPoint, 0, quantMax);
  const size_t stride = rowDotsStride(inFeatures);
  Workspace<int16_t> space(rows * stride + 1);
  int16_t* integers = space.data();
  parallelFor(rows, 1 + elementGrain / (stride + 1), [=](size_t begin, size_t end) {
    for (size_t row = begin; row < end; ++row) {
      const float* from = x.data + row * inFeatures;
      int16_t* to = integers + row * stride;
      for (size_t i = 0; i < inFeatures; ++i) {
        to[i] = static_cast<int16_t>(toInt(quantizer.centred(Scalar::load(from + i))).v);
      }
      for (size_t i = inFeatures; i < stride; ++i) to[i] = 0;
    }
  });
  parallelFor(divideUp(outFeatures, dynamicBlock), 1 + taskProducts / (dynamicBlock * count + 1), [=](size_t begin, size_t end) {
    for (size_t o = begin * dynamicBlock; o < smallest(end * dynamicBlock, outFeatures); o += dynamicBlock) {
      const size_t wanted = smallest(dynamicBlock, outFeatures - o);
      const WeightRows<dynamicBlock> weights(weight.data + o * inFeatures, wanted, inFeatures);
      const float* offset = bias ? bias.data + o : nullptr;
      dynamicOutputs(integers, rows, weights, {range.scale, weightScale.data + o, offset, y.data + o, outFeatures, wanted});
    }
  });
}

}  // namespace octavo::OCTAVO_ISA
