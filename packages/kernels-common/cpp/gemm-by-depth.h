#pragma once
#include "fill.h"
#include "gemm-by-rows.h"

// A product whose depth is split over threads: few results, each a sum over a whole batch, as gradients of
// weights are.
namespace octavo::OCTAVO_ISA {

/** Rows of the right operand that are gathered at once. */
constexpr size_t sliceDepth = 256;

/**
 * Parts into which the sum is split, by shape alone: each is added up by one thread, then the parts in order.
 */
inline size_t depthParts(size_t m, size_t n, size_t k) {
  constexpr size_t maxParts = 16, minDepth = 1024, maxFloats = size_t(1) << 22;
  const size_t byDepth = smallest(k / minDepth, maxParts);
  const size_t byMemory = maxFloats / (m * n);
  const size_t parts = smallest(byDepth, byMemory);
  return parts < 1 ? 1 : parts;
}

/**
 * c (m × n) = left · right, or c + left · right. `slices.slice(first, depth, workspace)` gives `depth` rows
 * of the right operand, from row `first`.
 */
template <typename Slices>
void gemmByDepth(size_t m, size_t n, size_t k, Left left, const Slices& slices, float* c, size_t cStride,
                 bool add) {
  constexpr size_t tileRows = floatTile.tallest, mostTiles = 16;
  const size_t parts = depthParts(m, n, k);
  const size_t partDepth = roundUp(divideUp(k, parts), sliceDepth);
  const size_t tiles = divideUp(m, tileRows), rowBlocks = blocksOf(tiles, mostTiles, parts, sharers());
  const bool direct = parts == 1;
  const Workspace<float> sums(direct ? 0 : parts * m * n);
  const Workspace<float> zeros(packedStride(n));
  clear(zeros.data(), packedStride(n));
  const size_t grain = grainOf(taskProducts, uint64_t(divideUp(m, rowBlocks)) * n * partDepth);
  parallelFor(parts * rowBlocks, grain, [&](size_t begin, size_t end) {
    const Workspace<float> space(slices.workspaceFloats(sliceDepth));
    for (size_t task = begin; task < end; ++task) {
      const size_t part = task / rowBlocks, block = task % rowBlocks;
      const size_t i = pieceStart(block, tiles, rowBlocks) * tileRows;
      const size_t height = smallest(m, pieceStart(block + 1, tiles, rowBlocks) * tileRows) - i;
      const size_t last = smallest(k, (part + 1) * partDepth);
      float* const to = direct ? c + i * cStride : sums.data() + (part * m + i) * n;
      const size_t stride = direct ? cStride : n;
      const float* start = direct && add ? nullptr : zeros.data();
      for (size_t first = part * partDepth; first < last || start; first += sliceDepth, start = nullptr) {
        const size_t depth = first < last ? smallest(sliceDepth, last - first) : 0;
        gemmBlock(height, n, depth, left.from(i, first), slices.slice(first, depth, space.data()), start, to,
                  stride);
      }
    }
  });
  if (direct) return;
  parallelFor(m, grainOf(taskProducts, 4 * uint64_t(parts) * n), [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      for (size_t j = 0; j < n; ++j) {
        float sum = add ? c[i * cStride + j] : 0;
        for (size_t part = 0; part < parts; ++part) sum += sums.data()[(part * m + i) * n + j];
        c[i * cStride + j] = sum;
      }
    }
  });
}

/**
 * Slices of a row-major matrix (k × n): read where they lie if the rows are close together and end with a
 * vector.
 */
struct MatrixSlices {
  const float* data;
  size_t columns, rowStride;
  bool inPlace() const { return columns % Vector::width == 0 && rowStride <= 256; }
  size_t workspaceFloats(size_t depth) const {
    return inPlace() ? 0 : depth * packedStride(columns);
  }
  Right slice(size_t first, size_t depth, float* workspace) const {
    const float* const from = data + first * rowStride;
    if (inPlace()) return {from, panelColumns, rowStride};
    for (size_t j = 0; j < columns; j += panelColumns) {
      const size_t width = smallest(panelColumns, columns - j), stride = packedStride(width);
      float* row = workspace + j * depth;
      for (size_t k = 0; k < depth; ++k, row += stride) {
        for (size_t i = 0; i < width; ++i) row[i] = from[k * rowStride + j + i];
        for (size_t i = width; i < stride; ++i) row[i] = 0;
      }
    }
    return Right::packed(workspace, depth);
  }
};

}  // namespace octavo::OCTAVO_ISA
