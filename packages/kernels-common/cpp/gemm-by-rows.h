#pragma once
#include "gemm-tile.h"
#include "pack.h"
#include "threads.h"
#include "workspace.h"

// A product whose rows are split over threads: many rows, or all products of moderate depth.
namespace octavo::OCTAVO_ISA {

/** Floats of the left operand that a task works on: half of a common second-level cache. */
constexpr size_t leftBlockFloats = 65536;
constexpr size_t maxRowBlock = 192;
/** Multiplications that are worth a task of their own: some 20 µs. */
constexpr size_t taskProducts = size_t(1) << 20;

/** Rows that a task takes at once: they fit the cache, and are whole tiles. */
inline size_t rowBlockOf(size_t depth, size_t blockElements, size_t tileRows) {
  const size_t fitting = depth == 0 ? maxRowBlock : blockElements / depth;
  const size_t rows = fitting > maxRowBlock ? maxRowBlock : fitting < tileRows ? tileRows : fitting;
  return rows / tileRows * tileRows;
}

/** Rows of a matrix in memory; distant rows are copied, because they would meet in the same few places of the cache. */
struct MatrixRows {
  Left matrix;
  size_t depth;
  bool copied() const { return matrix.rowStride + matrix.depthStride > 512 && depth >= 64; }
  size_t workspaceFloats(size_t rows) const { return copied() ? rows * depth : 0; }
  Left rows(size_t first, size_t count, float* workspace) const {
    const Left block = matrix.from(first, 0);
    if (!copied()) return block;
    const bool contiguous = matrix.depthStride == 1;
    const size_t outer = contiguous ? count : depth, inner = contiguous ? depth : count;
    const size_t stride = contiguous ? matrix.rowStride : matrix.depthStride;
    for (size_t i = 0; i < outer; ++i) std::memcpy(workspace + i * inner, block.data + i * stride, inner * sizeof(float));
    return contiguous ? Left{workspace, depth, 1} : Left{workspace, 1, count};
  }
};

/** Where rows of the result go when they lie in memory one after the other. */
struct MatrixTarget {
  float* data;
  size_t rowStride;
  static constexpr size_t workspaceFloats(size_t, size_t) { return 0; }
  size_t stride(size_t) const { return rowStride; }
  float* open(size_t firstRow, size_t firstColumn, float*) const { return data + firstRow * rowStride + firstColumn; }
  void close(size_t, size_t, size_t, size_t, const float*) const {}
};

/**
 * c (m × n) = start + left · panels, or c + left · panels if `start` is null. `panels` as `PanelPacker` packs them; `start`
 * has whole panels. `rows` gives the left operand in blocks, `target` takes the result in blocks.
 */
template <typename Rows, typename Target>
void gemmByRows(size_t m, size_t n, size_t k, const Rows& rows, const float* panels, const float* start, const Target& target) {
  const size_t columns = roundUp(n, panelColumns);
  const size_t rowBlock = rowBlockOf(k, leftBlockFloats, floatTile.rows);
  const size_t rowBlocks = divideUp(m, rowBlock);
  const size_t columnBlock = rowBlocks >= 4 ? columns : roundUp(divideUp(columns, 4), panelColumns);
  const size_t columnBlocks = divideUp(columns, columnBlock);
  const size_t grain = 1 + taskProducts / (1 + rowBlock * columnBlock * k);
  parallelFor(rowBlocks * columnBlocks, grain, [&](size_t begin, size_t end) {
    const Workspace<float> leftSpace(rows.workspaceFloats(rowBlock));
    const Workspace<float> targetSpace(target.workspaceFloats(rowBlock, columnBlock));
    for (size_t task = begin; task < end; ++task) {
      const size_t i = task / columnBlocks * rowBlock, j = task % columnBlocks * columnBlock;
      const size_t height = smallest(rowBlock, m - i), width = smallest(columnBlock, n - j);
      const Left left = rows.rows(i, height, leftSpace.data());
      float* const c = target.open(i, j, targetSpace.data());
      for (size_t first = 0; first < k || first == 0; first += depthBlock) {
        const size_t depth = smallest(depthBlock, k - first);
        const Right right = {panels + first * columns + j * depth, panelColumns * depth, panelColumns};
        gemmBlock(height, width, depth, left.from(0, first), right, start && first == 0 ? start + j : nullptr, c,
                  target.stride(width));
      }
      target.close(i, j, height, width, c);
    }
  });
}

}  // namespace octavo::OCTAVO_ISA
