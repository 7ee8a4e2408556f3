#pragma once
#include "fill.h"
#include "gemm-tile.h"
#include "pack.h"
#include "threads.h"
#include "winograd-transforms.h"
#include "workspace.h"

// Convolutions with 3×3 filters and stride 1, and their input gradients, by F(2×2, 3×3).
namespace octavo::OCTAVO_ISA {

/** Below this many channels on either side the transforms cost what the product saves. */
constexpr size_t minWinogradChannels = 16;
/** Bytes of transformed values that a task works on: at most half of a common second-level cache. */
constexpr size_t maxWinogradBytes = size_t(3) << 16;
/** Tiles that are worth the transform of the filters. */
constexpr size_t minWinogradTiles = 32;

inline bool isThreeTaps(const GatherAxis& axis) {
  return axis.taps == 3 && axis.step == 1 && axis.offsetStep == 1 && axis.resultStep == 1 && axis.count >= 4;
}

/** Whether Winograd's form is the faster for a convolution of `batch` images to `columns` channels. */
inline bool isWinograd(const Gather& gather, size_t batch, size_t columns) {
  const auto enough = [](size_t channels) {
    return channels >= minWinogradChannels && channels % Vector::width == 0;
  };
  return gather.depth.taps == 1 && isThreeTaps(gather.height) && isThreeTaps(gather.width) &&
         enough(gather.channels) && enough(columns) && TileGrid(gather).count(batch) >= minWinogradTiles;
}

/** Tiles whose transformed values, of `channels` in all, take so many bytes: whole register tiles. */
inline size_t winogradBlock(size_t channels, size_t bytes) {
  constexpr size_t rows = floatTile.tallest;
  const size_t tiles = smallest(bytes / (frequencies * channels * sizeof(float)), 16 * rows);
  return tiles < 2 * rows ? 2 * rows : tiles / rows * rows;
}

/** The plane of the source that a run of tiles reads, or null if it lies outside. */
inline const float* planeOf(const Gather& gather, const float* source, const GatherCursor& at) {
  const ptrdiff_t plane = gather.depth.source(at.d, 0);
  if (plane < 0 || plane >= gather.depth.size) return nullptr;
  const size_t pixels = size_t(gather.height.size * gather.width.size);
  return source + (at.image * gather.sourcePixels() + size_t(plane) * pixels) * gather.pixelChannels;
}

/** Bᵀ d B of `count` tiles from `first`. @param zeros a pixel. */
inline void transformInputs(const Gather& gather, const TileGrid& grid, const float* source, size_t first,
                            size_t count, const float* zeros, float* to, size_t stride) {
  const GatherAxis &height = gather.height, &width = gather.width;
  grid.eachRun(first, count, [&](const TileRun& run, size_t done) {
    const ImageLines<4> lines(planeOf(gather, source, run.at), height.source(2 * run.at.h, 0), height.size,
                              width.source(2 * run.at.w, 0), width.size, gather.pixelChannels, zeros);
    transformInput(lines, run.count, gather.channels, to + done * gather.channels, stride);
  });
}

/** G g Gᵀ in panels, one product's right operand per frequency, as `packWinogradFilters` packs them. */
struct WinogradFilters {
  const float* panels;
  size_t depth, columns;

  size_t frequencyFloats() const { return depth * packedStride(columns); }
  size_t floats() const { return frequencies * frequencyFloats(); }
  Right right(size_t frequency) const { return Right::packed(panels + frequency * frequencyFloats(), depth); }
};

/** @param to `floats` of `filters`. `taps(k, column, to)` gives the nine taps of a filter, in the order of the gather. */
template <typename Taps>
void packWinogradFilters(const WinogradFilters& filters, float* to, const Taps& taps) {
  const size_t columns = filters.columns;
  parallelFor(filters.depth, grainOf(taskProducts, uint64_t(512) * columns), [&](size_t begin, size_t end) {
    const Workspace<float> rows(frequencies * columns);
    for (size_t k = begin; k < end; ++k) {
      for (size_t column = 0; column < columns; ++column) {
        float g[9], half[4][3];
        taps(k, column, g);
        for (size_t i = 0; i < 3; ++i) {
          half[0][i] = g[i];
          half[1][i] = (g[i] + g[3 + i] + g[6 + i]) * 0.5f;
          half[2][i] = (g[i] - g[3 + i] + g[6 + i]) * 0.5f;
          half[3][i] = g[6 + i];
        }
        float* const row = rows.data() + column;
        for (size_t i = 0; i < 4; ++i) {
          row[(4 * i) * columns] = half[i][0];
          row[(4 * i + 1) * columns] = (half[i][0] + half[i][1] + half[i][2]) * 0.5f;
          row[(4 * i + 2) * columns] = (half[i][0] - half[i][1] + half[i][2]) * 0.5f;
          row[(4 * i + 3) * columns] = half[i][2];
        }
      }
      for (size_t f = 0; f < frequencies; ++f) {
        PanelPacker{to + f * filters.frequencyFloats(), filters.depth, columns}.row(k, rows.data() + f * columns);
      }
    }
  });
}

/** result = start + source ∗ filters, clamped: as many places as the gather's, of the filters' columns. `start` has whole vectors. */
inline void winograd(const Gather& gather, size_t batch, const float* source, const WinogradFilters& filters,
                     const float* start, ClampEpilogue clamp, float* result) {
  const TileGrid grid(gather);
  const size_t depth = filters.depth, columns = filters.columns, tiles = grid.count(batch);
  // Few channels stay in the first-level cache with their products; with many, the filters, read once per block, weigh more.
  const size_t block = winogradBlock(depth + columns, smallest(filters.floats() * 3, maxWinogradBytes));
  const size_t inputStride = frequencyStride(block, depth), productStride = frequencyStride(block, columns);
  const size_t most = packedStride(depth > columns ? depth : columns);
  const Workspace<float> zeros(most);
  clear(zeros.data(), most);
  const size_t grain = grainOf(taskProducts, uint64_t(frequencies) * block * depth * columns);
  parallelFor(divideUp(tiles, block), grain, [&](size_t begin, size_t end) {
    const Workspace<float> inputs(frequencies * inputStride), products(frequencies * productStride);
    for (size_t task = begin; task < end; ++task) {
      const size_t first = task * block, count = smallest(block, tiles - first);
      transformInputs(gather, grid, source, first, count, zeros.data(), inputs.data(), inputStride);
      for (size_t f = 0; f < frequencies; ++f) {
        const Left left = {inputs.data() + f * inputStride, depth, 1};
        gemmBlock(count, columns, depth, left, filters.right(f), zeros.data(), products.data() + f * productStride,
                  columns);
      }
      grid.eachRun(first, count, [&](const TileRun& run, size_t done) {
        const size_t width = size_t(gather.width.count), height = size_t(gather.height.count);
        const size_t row = 2 * size_t(run.at.h), column = 2 * size_t(run.at.w);
        const size_t plane = run.at.image * size_t(gather.depth.count) + size_t(run.at.d);
        float* const line = result + ((plane * height + row) * width + column) * columns;
        transformOutput(products.data() + done * columns, productStride, run.count, columns, start, clamp,
                        {{line, row + 1 < height ? line + width * columns : nullptr}, columns, width - column});
      });
    }
  });
}

}  // namespace octavo::OCTAVO_ISA
