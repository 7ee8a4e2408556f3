#pragma once
#include "conv-shape.h"
#include "quantized-conv-tile.h"

// Weights as the integer kernels read them: widened to int16, zero points subtracted.
namespace octavo::OCTAVO_ISA {

/** An 8-bit array and its zero points. */
struct Weights8 {
  Input8 array;
  const int32_t* zeroPoints;
  int16_t at(size_t i, size_t channel) const {
    const int32_t value = array.kind == ElementKind::int8 ? static_cast<const int8_t*>(array.data)[i]
                                                          : static_cast<const uint8_t*>(array.data)[i];
    return int16_t(value - zeroPoints[channel]);
  }
};

/** Elements of (depth × columns) weights in panels. */
constexpr size_t dotElements(size_t depth, size_t columns) {
  return divideUp(columns, dotColumns) * dotPanelElements(depth);
}

/** Panels of `weight(k, column)`. */
template <typename Weight>
void packDots(size_t depth, size_t columns, const Weight& weight, int16_t* to) {
  for (size_t panel = 0; panel < columns; panel += dotColumns) {
    for (size_t k = 0; k < depth; k += Dot::depth) {
      for (size_t j = panel; j < panel + dotColumns; ++j) {
        for (size_t i = k; i < k + Dot::depth; ++i) *to++ = i < depth && j < columns ? weight(i, j) : 0;
      }
    }
  }
}

/** Elements of depthwise weights: blocks of channels, in each its taps. */
constexpr size_t depthwiseElements(size_t taps, size_t channels) {
  return roundUp(channels, DepthwiseDot::channels) * roundUp(taps, DepthwiseDot::taps);
}

/** Depthwise weights of `weight(tap, channel)`. */
template <typename Weight>
void packDepthwiseDots(size_t taps, size_t channels, const Weight& weight, int16_t* to) {
  constexpr size_t step = DepthwiseDot::channels * DepthwiseDot::taps;
  for (size_t c = 0; c < channels; c += DepthwiseDot::channels) {
    for (size_t tap = 0; tap < taps; tap += DepthwiseDot::taps, to += step) {
      for (size_t j = 0; j < DepthwiseDot::channels; ++j) {
        for (size_t i = 0; i < DepthwiseDot::taps; ++i) {
          const bool inside = c + j < channels && tap + i < taps;
          to[DepthwiseDot::position(j) * DepthwiseDot::taps + i] = inside ? weight(tap + i, c + j) : 0;
        }
      }
    }
  }
}

/** Elements of all groups of a convolution's weights. */
inline size_t packedElements(const ConvShape& shape) {
  if (isDepthwise(shape)) return depthwiseElements(shape.kernel.volume(), size_t(shape.groups));
  return size_t(shape.groups) * dotElements(filterElements(shape), size_t(shape.outChannels / shape.groups));
}

double quantizedConvPackedBytes(const ConvShape& shape) {
  if (isValid(shape)) return double(packedElements(shape) * sizeof(int16_t));
  fail("a convolution shape with channels divisible by groups and positive sizes");
  return 0;
}

void quantizedConvPack(Input8 weight, Span<const int32_t> weightZeroPoint, Span<uint8_t> packed,
                       const ConvShape& shape) {
  OCTAVO_EXPECT(isValid(shape), "a convolution shape with channels divisible by groups and positive sizes");
  OCTAVO_EXPECT(weight.length == weightElements(shape),
                "weight of outChannels × kernel × inChannels / groups");
  OCTAVO_EXPECT(weightZeroPoint.length == size_t(shape.outChannels), "a weightZeroPoint of outChannels");
  OCTAVO_EXPECT(packed.length == packedElements(shape) * sizeof(int16_t),
                "packed of quantizedConvPackedBytes");
  OCTAVO_EXPECT(reinterpret_cast<uintptr_t>(packed.data) % sizeof(int16_t) == 0, "packed at an even address");
  const Weights8 weights = {weight, weightZeroPoint.data};
  auto* const to = reinterpret_cast<int16_t*>(packed.data);
  const size_t depth = filterElements(shape), columns = size_t(shape.outChannels / shape.groups);
  if (isDepthwise(shape)) {
    const auto at = [&](size_t tap, size_t channel) { return weights.at(channel * depth + tap, channel); };
    return packDepthwiseDots(depth, size_t(shape.groups), at, to);
  }
  for (size_t group = 0; group < size_t(shape.groups); ++group) {
    const auto at = [&](size_t k, size_t column) {
      const size_t channel = group * columns + column;
      return weights.at(channel * depth + k, channel);
    };
    packDots(depth, columns, at, to + group * dotElements(depth, columns));
  }
}

}  // namespace octavo::OCTAVO_ISA
