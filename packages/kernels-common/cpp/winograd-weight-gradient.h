#pragma once
#include "fill.h"
#include "winograd.h"

// Weight gradients of convolutions with 3×3 filters and stride 1, by F(2×2, 3×3).
namespace octavo::OCTAVO_ISA {

/** Parts into which the sum over tiles is split, by shape alone: each is added up by one thread, then the parts in order. */
inline size_t winogradParts(size_t tiles, size_t sums) {
  constexpr size_t maxParts = 16, minTiles = 256, maxFloats = size_t(1) << 22;
  const size_t parts = smallest(smallest(maxParts, tiles / minTiles), maxFloats / sums);
  return parts < 1 ? 1 : parts;
}

/** dg = Gᵀ u G of one output channel: `u` (frequency, channel) `stride` apart, `to` (tap, channel). */
inline void transformFilterGradient(const float* u, size_t stride, size_t channels, float* to) {
  const auto column = [](Vector a, Vector b, Vector c, Vector d, Vector (&out)[3]) {
    const Vector half = Vector::broadcast(0.5f);
    out[0] = a + half * (b + c);
    out[1] = half * (b - c);
    out[2] = half * (b + c) + d;
  };
  for (size_t c = 0; c < channels; c += Vector::width) {
    Vector rows[4][3], taps[3];
    OCTAVO_UNROLL
    for (size_t i = 0; i < 4; ++i) {
      const float* const at = u + 4 * i * stride + c;
      column(Vector::load(at), Vector::load(at + stride), Vector::load(at + 2 * stride), Vector::load(at + 3 * stride),
             rows[i]);
    }
    OCTAVO_UNROLL
    for (size_t j = 0; j < 3; ++j) {
      column(rows[0][j], rows[1][j], rows[2][j], rows[3][j], taps);
      OCTAVO_UNROLL
      for (size_t i = 0; i < 3; ++i) taps[i].store(to + (3 * i + j) * channels + c);
    }
  }
}

/** dWeight (rows, 9, channels): `dy` has `rows` channels. */
inline void winogradWeightGradient(const Gather& gather, size_t batch, const float* x, const float* dy, size_t rows,
                                   float* dWeight) {
  const TileGrid grid(gather);
  const size_t channels = gather.channels, tiles = grid.count(batch), block = winogradBlock(channels + rows, maxWinogradBytes);
  const size_t inputStride = frequencyStride(block, channels), gradientStride = frequencyStride(block, rows);
  const size_t sumStride = rows * channels, sumFloats = frequencies * sumStride;
  const size_t parts = winogradParts(tiles, sumFloats), partTiles = divideUp(tiles, parts);
  const size_t most = packedStride(rows > channels ? rows : channels);
  const Workspace<float> zeros(most), sums(parts * sumFloats);
  clear(zeros.data(), most);
  parallelFor(parts, 1, [&](size_t firstPart, size_t lastPart) {
    const Workspace<float> inputs(frequencies * inputStride), gradients(frequencies * gradientStride);
    for (size_t part = firstPart; part < lastPart; ++part) {
      const size_t begin = part * partTiles, end = smallest(tiles, begin + partTiles);
      if (begin >= end) clear(sums.data() + part * sumFloats, sumFloats);
      for (size_t first = begin; first < end; first += block) {
        const size_t count = smallest(block, end - first);
        transformInputs(gather, grid, x, first, count, zeros.data(), inputs.data(), inputStride);
        grid.eachRun(first, count, [&](const TileRun& run, size_t done) {
          const size_t plane = run.at.image * size_t(gather.depth.count) + size_t(run.at.d);
          const size_t pixels = size_t(gather.height.count * gather.width.count);
          const ImageLines<2> lines(dy + plane * pixels * rows, 2 * run.at.h, gather.height.count, 2 * run.at.w,
                                    gather.width.count, rows, zeros.data());
          transformGradient(lines, run.count, rows, gradients.data() + done * rows, gradientStride);
        });
        for (size_t f = 0; f < frequencies; ++f) {
          gemmBlock(rows, channels, count, Left{gradients.data() + f * gradientStride, 1, rows},
                    Right{inputs.data() + f * inputStride, panelColumns, channels},
                    first == begin ? zeros.data() : nullptr, sums.data() + part * sumFloats + f * sumStride, channels);
        }
      }
    }
  });
  parallelFor(rows, grainOf(taskProducts, uint64_t(4) * parts * frequencies * channels), [&](size_t begin, size_t end) {
    for (size_t row = begin; row < end; ++row) {
      float* const total = sums.data() + row * channels;
      for (size_t part = 1; part < parts; ++part) {
        for (size_t f = 0; f < frequencies; ++f) {
          const float* const own = total + part * sumFloats + f * sumStride;
          float* const to = total + f * sumStride;
          for (size_t c = 0; c < channels; c += Vector::width) (Vector::load(to + c) + Vector::load(own + c)).store(to + c);
        }
      }
      transformFilterGradient(total, sumStride, channels, dWeight + row * 9 * channels);
    }
  });
}

}  // namespace octavo::OCTAVO_ISA
