#pragma once
#include "conv-gather.h"
#include "conv-shape.h"
#include "elementwise.h"
#include "quantized-conv-rows.h"
#include "quantizer.h"
#include "range.h"
#include "row-dots.h"
#include "workspace.h"

// A convolution, or linear layer, on float32 whose inputs become integers for the time of one call.
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

/** A call whose inputs are integers by now. */
struct DynamicCall {
  const ConvShape& shape;
  Activations8 x;
  const int8_t* weight;
  /** Of each output channel: what its sums are multiplied by, and what is added then. */
  float* multiplier;
  float* bias;
  float* y;

  size_t channels() const { return size_t(shape.outChannels); }
  size_t pixels() const { return size_t(shape.batch) * shape.outSize.volume(); }
};

/** Outputs of a pixel that are taken at once. */
constexpr size_t dynamicBlock = 8;

/** Few pixels: products of rows and weights as they lie, nothing is packed. */
inline void dynamicByRows(const DynamicCall& call) {
  const ConvShape& shape = call.shape;
  const Gather gather = forwardGather(shape);
  const size_t pixels = call.pixels(), channels = call.channels(), perGroup = channels / size_t(shape.groups);
  // Each task gathers all pixels.
  const size_t part = roundUp(divideUp(perGroup, 4), dynamicBlock), parts = divideUp(perGroup, part);
  const size_t filter = filterElements(shape), stride = rowDotsStride(filter);
  const uint64_t work = uint64_t(pixels) * filter * smallest(part, perGroup);
  parallelFor(size_t(shape.groups) * parts, grainOf(taskProducts, work), [=](size_t begin, size_t end) {
    const Workspace<int16_t> patches(pixels * stride + 1);
    // What fills up the last vector of each row; no task writes there.
    if (stride > filter) clear(patches.data(), pixels * stride);
    const auto copy = [&](const uint8_t* from, int16_t* to, size_t n) { call.x.centreRun(from, to, n); };
    for (size_t task = begin; task < end; ++task) {
      const size_t group = task / parts, from = task % parts * part;
      gatherRows(gather, call.x.data + group * gather.channels, 0, pixels, patches.data(), stride, copy);
      for (size_t o = from; o < smallest(from + part, perGroup); o += dynamicBlock) {
        const size_t channel = group * perGroup + o, wanted = smallest(dynamicBlock, perGroup - o);
        const WeightRows<dynamicBlock> weights(call.weight + channel * filter, wanted, filter);
        for (size_t pixel = 0; pixel < pixels; ++pixel) {
          int32_t sums[dynamicBlock];
          rowDots(patches.data() + pixel * stride, weights, sums);
          for (size_t i = 0, to = channel; i < wanted; ++i, ++to) {
            call.y[pixel * channels + to] = static_cast<float>(sums[i]) * call.multiplier[to] + call.bias[to];
          }
        }
      }
    }
  });
}

/** Bytes, or int16 by weights of int8. */
using DynamicOperands =
    std::conditional_t<std::is_same_v<EightBitProduct, IntProduct>, CentredOperands<NarrowProduct>, EightBitOperands>;

/** Many pixels: weights are packed for this call alone, and multiplied as those of `quantizedConv`. */
inline void dynamicByPanels(const DynamicCall& call, int32_t zeroPoint, int32_t quantMax) {
  using Method = RowsMethod<DynamicOperands>;
  const ConvShape& shape = call.shape;
  const size_t channels = call.channels();
  const Workspace<int32_t> zeroPoints(channels);
  clear(zeroPoints.data(), channels);
  const Weights8 weights = {{{call.weight, weightElements(shape), ElementKind::int8}}, zeroPoints.data()};
  const Workspace<uint8_t> packed(Method::bytes(shape));
  Method::pack({shape, weights, zeroPoint, -zeroPoint, quantMax - zeroPoint}, packed.data());
  const RequantizerArrays arrays({{call.bias, channels, ElementKind::float32}}, {call.multiplier, channels}, 0, 0, 0);
  Requantizer toFloats = arrays.requantizer;
  toFloats.instead = storeFloats;
  toFloats.bytes = sizeof(float);
  Method::run({shape, call.x, packed.data(), toFloats, reinterpret_cast<uint8_t*>(call.y)});
}

/** From so many pixels on it pays to pack weights for one call. */
constexpr size_t dynamicManyPixels = 16 * sizeof(DynamicOperands::Product::Element);

void dynamicConv(Span<const float> x, Span<const int8_t> weight, Span<const float> weightScale,
                 OptionalSpan<const float> bias, Span<float> y, const ConvShape& shape, int32_t quantMax) {
  OCTAVO_EXPECT(isValid(shape), "a convolution shape with channels divisible by groups and positive sizes");
  const size_t count = inElements(shape), channels = size_t(shape.outChannels);
  OCTAVO_EXPECT(x.length >= count, "x of batch × inSize × inChannels");
  OCTAVO_EXPECT(weight.length >= weightElements(shape), "weight of outChannels × kernel × inChannels / groups");
  OCTAVO_EXPECT(weightScale.length >= channels, "a weightScale of outChannels");
  OCTAVO_EXPECT(!bias || bias.length >= channels, "a bias of outChannels");
  OCTAVO_EXPECT(y.length >= outElements(shape), "y of batch × outSize × outChannels");
  OCTAVO_EXPECT(quantMax > 0 && quantMax < 256, "a quantMax of 8 bits");
  const Range values = rangeOf(x.data, count);
  const DynamicRange range = dynamicRange(values.low, values.high, quantMax);
  const Workspace<uint8_t> bytes(count);
  const Quantizer quantizer(range.scale, range.zeroPoint, 0, quantMax);
  eachElement(count, [=, from = x.data, to = bytes.data()](auto lanes, size_t i) {
    using V = decltype(lanes);
    (toInt(quantizer.centred(V::load(from + i))) + Int<V>::broadcast(quantizer.zeroPoint)).store(to + i);
  });
  const Workspace<float> ends(2 * channels);
  const DynamicCall call = {shape, Activations8({{bytes.data(), count, ElementKind::uint8}}, range.zeroPoint), weight.data,
                            ends.data(), ends.data() + channels, y.data};
  // By NaN all results are NaN, whatever the sums.
  const float scale = values.nan ? __builtin_nanf("") : range.scale;
  for (size_t channel = 0; channel < channels; ++channel) {
    call.multiplier[channel] = scale * weightScale[channel];
    // With −0 a sum is what it was.
    call.bias[channel] = bias ? bias[channel] : -0.0f;
  }
  if (call.pixels() < dynamicManyPixels) dynamicByRows(call);
  else dynamicByPanels(call, range.zeroPoint, quantMax);
}

}  // namespace octavo::OCTAVO_ISA
