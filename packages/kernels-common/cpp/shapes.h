#pragma once
#include <cstddef>
#include <cstdint>

// The records of packages/spec/src/kernels/shapes.ts, in the order in which `packed` holds them.
namespace octavo {

/** Sizes along depth, height, width. */
struct Spatial {
  int32_t depth, height, width;
  size_t volume() const { return size_t(depth) * size_t(height) * size_t(width); }
};

struct ConvShape {
  int32_t batch, inChannels, outChannels, groups;
  Spatial inSize, outSize, kernel, stride, padding, dilation;
};

struct PoolShape {
  int32_t batch, channels;
  Spatial inSize, outSize, kernel, stride, padding, dilation;
  int32_t adaptive, countIncludePad, divisor;
};

struct ResampleShape {
  int32_t batch, channels;
  Spatial inSize, outSize;
};

struct GemmShape {
  int32_t batch, m, n, k, transposeA, transposeB, strideA, strideB, strideC, accumulate;
};

struct ChannelBlocks {
  int32_t outer, channels, inner;
  size_t elements() const { return size_t(outer) * size_t(channels) * size_t(inner); }
};

/** Variable length: the pointers look into the packed array. */
struct Region {
  int32_t rank, fromOffset, toOffset;
  const int32_t *sizes, *fromStrides, *toStrides;
};

/** Variable length: the pointers look into the packed array. */
struct Broadcast {
  int32_t rank;
  const int32_t *sizes, *aStrides, *bStrides;
};

/** Largest rank of a `Region` or `Broadcast`. */
constexpr int32_t maxRank = 16;

}  // namespace octavo
