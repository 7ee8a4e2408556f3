#pragma once
#include "clamp-epilogue.h"
#include "gemm-tile.h"
#include "pack.h"
#include "elementwise.h"
#include "workspace.h"

// A product whose rows are split over threads: many rows, or all products of moderate depth.
namespace octavo::OCTAVO_ISA {

/** Distance between copied rows; not a multiple of 2 KiB, so that they do not meet in the same places of the cache. */
inline size_t copiedStride(size_t elements) { return elements + (elements % 512 == 0 ? 16 : 0); }

/** Lines that nearest caches keep of addresses that are multiples of 4 KiB apart: 8 in most, 12 in some. */
constexpr size_t cacheWays = 8;

/**
 * Rows of a matrix in memory. They are copied where they are columns in memory, each of whose elements is far from the next,
 * and where the rows of a tile would push each other out of the cache.
 */
struct MatrixRows {
  Left matrix;
  size_t depth;
  bool contiguous() const { return matrix.depthStride == 1; }
  bool collide() const { return floatTile.rows >= cacheWays && matrix.rowStride % 512 == 0; }
  bool copied() const { return depth >= 64 && (contiguous() ? collide() : matrix.depthStride > 512); }
  size_t workspaceFloats(size_t rows) const { return copied() ? rows * copiedStride(depth) : 0; }
  Left rows(size_t first, size_t count, float* workspace) const {
    const Left block = matrix.from(first, 0);
    if (!copied()) return block;
    const size_t outer = contiguous() ? count : depth, inner = contiguous() ? depth : count;
    const size_t from = contiguous() ? matrix.rowStride : matrix.depthStride, to = contiguous() ? copiedStride(depth) : count;
    for (size_t i = 0; i < outer; ++i) std::memcpy(workspace + i * to, block.data + i * from, inner * sizeof(float));
    return contiguous() ? Left{workspace, to, 1} : Left{workspace, 1, to};
  }
};

/** Where rows of the result go when they lie in memory one after the other; clamped. */
struct MatrixTarget {
  float* data;
  size_t rowStride;
  ClampEpilogue clamp = {};
  static constexpr size_t workspaceFloats(size_t, size_t) { return 0; }
  size_t stride(size_t) const { return rowStride; }
  float* open(size_t firstRow, size_t firstColumn, float*) const {
    return data + firstRow * rowStride + firstColumn;
  }
  void finish(size_t rows, size_t columns, float* from) const {
    if (clamp.isNone()) return;
    for (size_t i = 0; i < rows; ++i, from += rowStride) {
      eachVector(0, columns, [=, own = clamp](auto lanes, size_t j) {
        own.apply(decltype(lanes)::load(from + j)).store(from + j);
      });
    }
  }
  void close(size_t, size_t, size_t, size_t, const float*) const {}
};

/**
 * c (m × n) = start + left · panels, or c + left · panels if `start` is null. `panels` as `PanelPacker` packs
 * them; `start` has whole panels. `rows` gives the left operand in blocks, `target` takes the result in
 * blocks.
 */
template <typename Rows, typename Target>
void gemmByRows(size_t m, size_t n, size_t k, const Rows& rows, const float* panels, const float* start,
                const Target& target) {
  const TaskGrid grid(m, n, k, k * sizeof(float), floatTile.rows, panelColumns, sharers());
  parallelFor(grid.tasks, grid.grain, [&](size_t begin, size_t end) {
    const Workspace<float> leftSpace(rows.workspaceFloats(grid.rowBlock));
    const Workspace<float> targetSpace(target.workspaceFloats(grid.rowBlock, grid.columnBlock));
    for (size_t task = begin; task < end; ++task) {
      const auto block = grid.block(task);
      const Left left = rows.rows(block.row, block.rows, leftSpace.data());
      float* const c = target.open(block.row, block.column, targetSpace.data());
      const size_t stride = target.stride(block.columns);
      const float* panel = panels + block.column * k;
      for (size_t j = 0; j < block.columns; j += panelColumns, panel += panelColumns * k) {
        const size_t width = smallest(panelColumns, block.columns - j);
        const float* const from = start ? start + block.column + j : nullptr;
        const Ahead ahead = Ahead::next(panel, panelColumns * k * sizeof(float), k * divideUp(block.rows, floatTile.rows),
                                        j + width == block.columns);
        gemmBlock(block.rows, width, k, left, {panel, 0, panelColumns}, from, c + j, stride, ahead);
        // Now, while they are in the first-level cache.
        target.finish(block.rows, width, c + j);
      }
      target.close(block.row, block.column, block.rows, block.columns, c);
    }
  });
}

}  // namespace octavo::OCTAVO_ISA
