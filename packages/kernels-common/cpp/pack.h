#pragma once
#include <cstring>

#include "blocking.h"
#include "gemm-tile.h"
#include "threads.h"

// The right operand of a product in the order in which tiles read it.
namespace octavo::OCTAVO_ISA {

/** The transpose of a square of 4 × 4. */
inline void transposeFours(const float* from, size_t fromStride, float* to, size_t toStride) {
  // A vector of the compilers' own, which every instruction set has.
  typedef float Four __attribute__((vector_size(16)));
  Four row[4];
  for (size_t i = 0; i < 4; ++i) std::memcpy(&row[i], from + i * fromStride, sizeof(Four));
  const Four low01 = __builtin_shufflevector(row[0], row[1], 0, 4, 1, 5);
  const Four high01 = __builtin_shufflevector(row[0], row[1], 2, 6, 3, 7);
  const Four low23 = __builtin_shufflevector(row[2], row[3], 0, 4, 1, 5);
  const Four high23 = __builtin_shufflevector(row[2], row[3], 2, 6, 3, 7);
  const Four column[4] = {
      __builtin_shufflevector(low01, low23, 0, 1, 4, 5), __builtin_shufflevector(low01, low23, 2, 3, 6, 7),
      __builtin_shufflevector(high01, high23, 0, 1, 4, 5), __builtin_shufflevector(high01, high23, 2, 3, 6, 7)};
  for (size_t i = 0; i < 4; ++i) std::memcpy(to + i * toStride, &column[i], sizeof(Four));
}

/**
 * Panels of a whole right operand (depth × columns): `panelColumns` of its columns each, row by row; the last one has as few
 * vectors as it needs, filled with zeros.
 */
struct PanelPacker {
  float* to;
  size_t depth, columns;

  size_t floats() const { return depth * packedStride(columns); }

  /** Row k, whose columns lie one after the other. */
  void row(size_t k, const float* from) const { rows(k, 1, from, 0); }

  /** Rows k … k + count − 1: what they write of a panel lies together. */
  void rows(size_t k, size_t count, const float* from, size_t rowStride) const {
    for (size_t j = 0; j < columns; j += panelColumns) {
      const size_t width = smallest(panelColumns, columns - j), stride = packedStride(width);
      float* panel = to + j * depth + k * stride;
      for (size_t r = 0; r < count; ++r, panel += stride) {
        const float* const row = from + r * rowStride + j;
        if (width == panelColumns) {
          std::memcpy(panel, row, panelColumns * sizeof(float));
          continue;
        }
        for (size_t i = 0; i < width; ++i) panel[i] = row[i];
        for (size_t i = width; i < stride; ++i) panel[i] = 0;
      }
    }
  }

  /** The panel from `column`: column j is contiguous from `from + (j − column) · columnStride`. */
  void panelOfColumns(size_t column, const float* from, size_t columnStride) const {
    const size_t width = smallest(panelColumns, columns - column), stride = packedStride(width);
    float* const panel = to + column * depth;
    size_t k = 0;
    for (; width == stride && width % 4 == 0 && k + 4 <= depth; k += 4) {
      for (size_t i = 0; i < width; i += 4) {
        transposeFours(from + i * columnStride + k, columnStride, panel + k * stride + i, stride);
      }
    }
    for (; k < depth; ++k) {
      float* const row = panel + k * stride;
      for (size_t i = 0; i < width; ++i) row[i] = from[i * columnStride + k];
      for (size_t i = width; i < stride; ++i) row[i] = 0;
    }
  }
};

/** Packs b: (depth, columns) row-major, or (columns, depth) if `transposed`. */
inline void packPanels(const PanelPacker& packer, const float* b, size_t rowStride, bool transposed) {
  if (transposed) {
    parallelFor(divideUp(packer.columns, panelColumns), 16, [&](size_t begin, size_t end) {
      for (size_t p = begin; p < end; ++p) {
        packer.panelOfColumns(p * panelColumns, b + p * panelColumns * rowStride, rowStride);
      }
    });
  } else {
    constexpr size_t together = 16;
    parallelFor(packer.depth, 4 * together, [&](size_t begin, size_t end) {
      for (size_t k = begin; k < end; k += together) packer.rows(k, smallest(together, end - k), b + k * rowStride, rowStride);
    });
  }
}

}  // namespace octavo::OCTAVO_ISA
