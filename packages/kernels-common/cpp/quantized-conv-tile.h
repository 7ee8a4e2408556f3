#pragma once
#include <utility>

#include "quantized-conv-requantizer.h"

// The integer register tile: int16 operands, zero points already subtracted, exact int32 sums in registers
// until they are requantized.
namespace octavo::OCTAVO_ISA {

/** Columns of a panel of weights: those of a tile. */
constexpr size_t dotColumns = dotTile.vectors * Vector::width;

/** Elements of a panel: (depth / Dot::depth, dotColumns, Dot::depth), filled with zeros. */
constexpr size_t dotPanelElements(size_t depth) { return roundUp(depth, Dot::depth) * dotColumns; }

/** sum += rows of int16, `rowStride` apart, times one panel. */
template <size_t Rows, size_t Vectors>
inline void dotSums(size_t steps, const int16_t* a, size_t rowStride, const int16_t* panel,
                    IntVector (&sum)[Rows][Vectors]) {
  constexpr size_t width = Vector::width;
#pragma GCC unroll 2
  for (size_t step = 0; step < steps; ++step, a += Dot::depth, panel += dotColumns * Dot::depth) {
    Dot column[Vectors];
    OCTAVO_UNROLL
    for (size_t v = 0; v < Vectors; ++v) column[v] = Dot::load(panel + v * width * Dot::depth);
    OCTAVO_UNROLL
    for (size_t r = 0; r < Rows; ++r) {
      const Dot value = Dot::broadcast(a + r * rowStride);
      OCTAVO_UNROLL
      for (size_t v = 0; v < Vectors; ++v) sum[r][v] = dot(value, column[v], sum[r][v]);
    }
  }
}

/**
 * Rows of centred activations, `rowStride` apart, against one panel; row r of the result is `count` bytes at
 * y + places[r].
 */
template <size_t Rows, size_t Vectors>
void dotTileOf(size_t steps, const int16_t* a, size_t rowStride, const int16_t* panel,
               const Requantizer& requantizer, uint8_t* y, const size_t* places, size_t count) {
  IntVector sum[Rows][Vectors];
  OCTAVO_UNROLL
  for (size_t r = 0; r < Rows; ++r) {
    OCTAVO_UNROLL
    for (size_t v = 0; v < Vectors; ++v) sum[r][v] = IntVector::broadcast(0);
  }
  dotSums(steps, a, rowStride, panel, sum);
  storeRows(requantizer, sum, count, [&](size_t r) { return y + places[r]; });
}

using DotTile = void (*)(size_t, const int16_t*, size_t, const int16_t*, const Requantizer&, uint8_t*,
                         const size_t*, size_t);

/** Tiles of 1 … dotTile.rows rows and 1 … dotTile.vectors vectors. */
template <size_t... I>
DotTile dotTileFor(size_t rows, size_t vectors, std::index_sequence<I...>) {
  static constexpr DotTile tiles[] = {dotTileOf<I / dotTile.vectors + 1, I % dotTile.vectors + 1>...};
  return tiles[(rows - 1) * dotTile.vectors + vectors - 1];
}

/** A block of rows against `columns` columns in panels; column 0 is channel 0 of the requantizer and of y. */
inline void dotBlock(size_t rows, size_t columns, size_t depth, const int16_t* a, size_t rowStride,
                     const int16_t* panels, const Requantizer& requantizer, uint8_t* y,
                     const size_t* places) {
  constexpr auto all = std::make_index_sequence<dotTile.rows * dotTile.vectors>();
  const size_t steps = divideUp(depth, Dot::depth);
  for (size_t j = 0; j < columns; j += dotColumns, panels += dotPanelElements(depth)) {
    const size_t count = smallest(dotColumns, columns - j);
    const Requantizer ofPanel = requantizer.from(j);
    for (size_t i = 0; i < rows; i += dotTile.rows) {
      const DotTile tile = dotTileFor(smallest(dotTile.rows, rows - i), divideUp(count, Vector::width), all);
      tile(steps, a + i * rowStride, rowStride, panels, ofPanel, y + j, places + i, count);
    }
  }
}

}  // namespace octavo::OCTAVO_ISA
