#pragma once
#include "conv-shape.h"
#include "elementwise.h"
#include "quantize.h"
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

/** Inputs as integers less their zero point, channels-last. */
struct DynamicInputs {
  const ConvShape& shape;
  const int16_t* integers;

  /** What the filters of a group meet at an output position, in their order, then zeros up to the stride. */
  void gather(size_t pixel, size_t group, int16_t* to) const {
    const size_t perGroup = size_t(shape.inChannels / shape.groups), filter = filterElements(shape);
    const Spatial& out = shape.outSize;
    const int32_t inImage = int32_t(pixel % out.volume());
    const int32_t depth = inImage / (out.height * out.width), height = inImage / out.width % out.height;
    const int16_t* image = integers + pixel / out.volume() * shape.inSize.volume() * size_t(shape.inChannels);
    int16_t* const end = to + rowDotsStride(filter);
    for (int32_t kd = 0; kd < shape.kernel.depth; ++kd) {
      const int32_t d = depth * shape.stride.depth - shape.padding.depth + kd * shape.dilation.depth;
      for (int32_t kh = 0; kh < shape.kernel.height; ++kh) {
        const int32_t h = height * shape.stride.height - shape.padding.height + kh * shape.dilation.height;
        for (int32_t kw = 0; kw < shape.kernel.width; ++kw, to += perGroup) {
          const int32_t w = inImage % out.width * shape.stride.width - shape.padding.width + kw * shape.dilation.width;
          const Spatial& in = shape.inSize;
          if (d < 0 || d >= in.depth || h < 0 || h >= in.height || w < 0 || w >= in.width) {
            std::memset(to, 0, perGroup * sizeof(int16_t));
          } else {
            const size_t at = (size_t(d) * size_t(in.height) + size_t(h)) * size_t(in.width) + size_t(w);
            std::memcpy(to, image + at * size_t(shape.inChannels) + group * perGroup, perGroup * sizeof(int16_t));
          }
        }
      }
    }
    while (to < end) *to++ = 0;
  }
};

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
  float low, high;
  rangeWithZero(x.data, count, low, high);
  const DynamicRange range = dynamicRange(low, high, quantMax);
  const Quantizer quantizer(range.scale, range.zeroPoint, 0, quantMax);
  Workspace<int16_t> space(count + 1);
  int16_t* integers = space.data();
  parallelFor(count, elementGrain, [=](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      integers[i] = static_cast<int16_t>(toInt(quantizer.centred(Scalar::load(x.data + i))).v);
    }
  });
  const DynamicInputs inputs{shape, integers};
  const size_t pixels = size_t(shape.batch) * shape.outSize.volume(), groups = size_t(shape.groups);
  const size_t chunks = divideUp(pixels, dynamicPixels), perGroup = channels / groups;
  // Few pixels, as in a linear layer: several tasks gather the same ones.
  const size_t part = roundUp(divideUp(perGroup, chunks < 4 ? 4 : 1), dynamicBlock);
  const size_t parts = divideUp(perGroup, part), stride = rowDotsStride(filter);
  const size_t work = smallest(pixels, dynamicPixels) * filter * smallest(part, perGroup);
  parallelFor(groups * chunks * parts, 1 + taskProducts / (work + 1), [=](size_t begin, size_t end) {
    Workspace<int16_t> patches(dynamicPixels * stride + 1);
    for (size_t task = begin; task < end; ++task) {
      const size_t group = task / (chunks * parts), first = task / parts % chunks * dynamicPixels;
      const size_t rows = smallest(dynamicPixels, pixels - first), from = task % parts * part;
      for (size_t row = 0; row < rows; ++row) inputs.gather(first + row, group, patches.data() + row * stride);
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
