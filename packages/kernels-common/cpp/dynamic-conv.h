#pragma once
#include "conv-gather.h"
#include "conv-shape.h"
#include "quantize.h"
#include "range-statistics.h"
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

/** Where sums of some outputs become floats: the channels of one pixel lie together, pixels `stride` apart. */
struct DynamicOutputs {
  float inputScale;
  const float* weightScale;
  const float* bias;
  float* y;
  size_t stride, count;

  /** The sums of outputs from `first` on, of the pixels from `row` on. */
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

/** Outputs and pixels that are taken at once: all of the outputs for one pixel, or some of them for several. */
constexpr size_t dynamicBlock = 8, dynamicRows = 4, dynamicPair = 2;
/** Pixels that a task gathers. */
constexpr size_t dynamicPixels = 64;

inline void dynamicProducts(const int16_t* x, size_t rows, const WeightRows<dynamicBlock>& weights, const DynamicOutputs& to) {
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

void dynamicConv(Span<const float> x, Span<const int8_t> weight, Span<const float> weightScale,
                 OptionalSpan<const float> bias, Span<float> y, const ConvShape& shape, int32_t quantMax) {
  OCTAVO_EXPECT(isValid(shape), "a convolution's shape");
  const size_t count = inElements(shape), channels = size_t(shape.outChannels), filter = filterElements(shape);
  OCTAVO_EXPECT(x.length >= count && y.length >= outElements(shape), "inputs and outputs of the shape's size");
  OCTAVO_EXPECT(weight.length >= weightElements(shape), "weights of the shape's size");
  OCTAVO_EXPECT(weightScale.length >= channels && (!bias || bias.length >= channels), "a scale per output channel");
  const Range values = rangeOf(x.data, count);
  const DynamicRange range = dynamicRange(values.low, values.high, quantMax);
  const Quantizer quantizer(range.scale, range.zeroPoint, 0, quantMax);
  Workspace<int16_t> space(count + 1);
  int16_t* integers = space.data();
  parallelFor(count, elementGrain, [=](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      integers[i] = static_cast<int16_t>(toInt(quantizer.centred(Scalar::load(x.data + i))).v);
    }
  });
  const Gather gather = forwardGather(shape);
  const size_t pixels = size_t(shape.batch) * shape.outSize.volume(), groups = size_t(shape.groups);
  const size_t chunks = divideUp(pixels, dynamicPixels), perGroup = channels / groups;
  // Few pixels, as in a linear layer: several tasks gather the same ones.
  const size_t part = roundUp(divideUp(perGroup, chunks < 4 ? 4 : 1), dynamicBlock);
  const size_t parts = divideUp(perGroup, part), stride = rowDotsStride(filter);
  const uint64_t work = uint64_t(smallest(pixels, dynamicPixels)) * filter * smallest(part, perGroup);
  parallelFor(groups * chunks * parts, grainOf(taskProducts, work), [=](size_t begin, size_t end) {
    const Workspace<int16_t> patches(dynamicPixels * stride + 1);
    // What fills up the last vector of each row; no task writes there.
    if (stride > filter) clear(patches.data(), dynamicPixels * stride);
    const auto copy = [](const int16_t* source, int16_t* to, size_t n) { std::memcpy(to, source, n * sizeof(int16_t)); };
    for (size_t task = begin; task < end; ++task) {
      const size_t group = task / (chunks * parts), first = task / parts % chunks * dynamicPixels;
      const size_t rows = smallest(dynamicPixels, pixels - first), from = task % parts * part;
      gatherRows(gather, integers + group * gather.channels, first, rows, patches.data(), stride, copy);
      for (size_t o = from; o < smallest(from + part, perGroup); o += dynamicBlock) {
        const size_t channel = group * perGroup + o, wanted = smallest(dynamicBlock, perGroup - o);
        const WeightRows<dynamicBlock> weights(weight.data + channel * filter, wanted, filter);
        const DynamicOutputs to{range.scale, weightScale.data + channel, bias ? bias.data + channel : nullptr,
                                y.data + first * channels + channel, channels, wanted};
        dynamicProducts(patches.data(), rows, weights, to);
      }
    }
  });
}

}  // namespace octavo::OCTAVO_ISA
