#pragma once
#include "clamp-epilogue.h"
#include "elementwise.h"
#include "gemm-tile.h"
#include "pack.h"
#include "task-grid.h"
#include "workspace.h"

// A product whose rows are split over threads: many rows, or all products of moderate depth.
namespace octavo::OCTAVO_ISA {

/** Rows of a matrix in memory. Where they are columns in memory, each of whose elements is far from the next, they are copied. */
struct MatrixRows {
  Left matrix;
  size_t depth;
  bool copied() const { return matrix.depthStride >= 256; }
  size_t workspaceFloats(size_t rows) const { return copied() ? rows * depth : 0; }
  Left rows(size_t first, size_t count, float* workspace) const {
    const Left block = matrix.from(first, 0);
    if (!copied()) return block;
    for (size_t k = 0; k < depth; ++k) std::memcpy(workspace + k * count, block.data + k * matrix.depthStride, count * sizeof(float));
    return {workspace, 1, count};
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
 * them; `start` has whole vectors. `rows` gives the left operand in blocks, `target` takes the result in
 * blocks.
 */
template <typename Rows, typename Target>
void gemmByRows(size_t m, size_t n, size_t k, const Rows& rows, const float* panels, const float* start,
                const Target& target) {
  const TaskGrid grid(m, n, k, k * sizeof(float), tileRowsOf<FloatProduct>(n), panelColumns, sharers());
  parallelForEvenly(grid.tasks, grid.grain, [&](size_t begin, size_t end) {
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
        const size_t following = smallest(panelColumns, block.columns - j - width);
        const float* const from = start ? start + block.column + j : nullptr;
        const auto bytes = [=](size_t columns) { return packedStride(columns) * k * sizeof(float); };
        const Ahead ahead = Ahead::next(panel, bytes(width), bytes(following),
                                        k * divideUp(block.rows, tileRowsOf<FloatProduct>(width)));
        gemmBlock(block.rows, width, k, left, Right::packed(panel, k), from, c + j, stride, ahead);
        // Now, while they are in the first-level cache.
        target.finish(block.rows, width, c + j);
      }
      target.close(block.row, block.column, block.rows, block.columns, c);
    }
  });
}

}  // namespace octavo::OCTAVO_ISA
