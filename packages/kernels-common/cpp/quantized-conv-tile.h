#pragma once
#include "ahead.h"
#include "blocking.h"
#include "products.h"
#include "quantized-conv-requantizer.h"
#include "tile-table.h"

// The integer register tile: exact int32 sums of a product stay in registers until they are requantized.
namespace octavo::OCTAVO_ISA {

/** Elements of panels: (panel, depth / Product::depth, columns of the panel, Product::depth), filled with zeros. */
template <typename Product>
constexpr size_t dotElements(size_t depth, size_t columns) {
  return roundUp(depth, Product::depth) * roundUp(columns, Vector::width);
}

/** sum += rows of activations, `rowStride` apart, times one panel. */
template <typename Product, size_t Rows, size_t Vectors>
inline void dotSums(size_t steps, const typename Product::Element* a, size_t rowStride,
                    const typename Product::Weight* panel, IntVector (&sum)[Rows][Vectors], Ahead ahead) {
  constexpr size_t depth = Product::depth;
#pragma GCC unroll 2
  for (size_t step = 0; step < steps; ++step, a += depth, panel += Vectors * Vector::width * depth) {
    ahead.step();
    addProducts<Product>(a, rowStride, panel, sum);
    OCTAVO_UNROLL
    for (size_t r = 0; r < Rows; ++r) {
      OCTAVO_UNROLL
      for (size_t v = 0; v < Vectors; ++v) OCTAVO_SETTLE(sum[r][v].v);
    }
  }
}

/** Sums begin with what `start` has for each column, or with 0 if it is null. */
template <size_t Rows, size_t Vectors>
[[gnu::always_inline]] inline void startSums(const int32_t* start, IntVector (&sum)[Rows][Vectors]) {
  OCTAVO_UNROLL
  for (size_t r = 0; r < Rows; ++r) {
    OCTAVO_UNROLL
    for (size_t v = 0; v < Vectors; ++v) {
      sum[r][v] = start ? IntVector::load(start + v * Vector::width) : IntVector::broadcast(0);
    }
  }
}

/** Adds what each row of activations says that its sums begin with. */
template <typename Product, size_t Rows, size_t Vectors>
[[gnu::always_inline]] inline void startRows(size_t steps, const typename Product::Element* a, size_t rowStride,
                                             IntVector (&sum)[Rows][Vectors]) {
  if constexpr (Product::startElements > 0) {
    OCTAVO_UNROLL
    for (size_t r = 0; r < Rows; ++r) {
      int32_t start;
      std::memcpy(&start, a + r * rowStride + steps * Product::depth, sizeof(start));
      OCTAVO_UNROLL
      for (size_t v = 0; v < Vectors; ++v) sum[r][v] = sum[r][v] + IntVector::broadcast(start);
    }
  }
}

template <typename Product>
struct DotTiles {
  /**
   * `tiles` times `Rows` rows of activations, `rowStride` apart, against one panel; row r of the result is `count`
   * bytes at y + places[r]. `start` has what the sums of each column begin with, or is null.
   */
  template <size_t Rows, size_t Vectors>
  static void run(size_t tiles, size_t steps, const typename Product::Element* a, size_t rowStride,
                  const typename Product::Weight* panel, const int32_t* start, const Requantizer& requantizer,
                  uint8_t* y, const size_t* places, size_t count, Ahead ahead) {
    for (; tiles > 0; --tiles, a += Rows * rowStride, places += Rows) {
      IntVector sum[Rows][Vectors];
      startSums(start, sum);
      startRows<Product>(steps, a, rowStride, sum);
      dotSums<Product>(steps, a, rowStride, panel, sum, ahead);
      ahead = ahead.after(steps);
      storeRows(requantizer, sum, count, [=](size_t r) { return y + places[r]; });
    }
  }
};

/** Weights of a product: its panels, and what the sums of each column begin with, or null. */
template <typename Product>
struct Panels {
  const typename Product::Weight* elements;
  const int32_t* start;

  /** From the panel that begins with `column`. */
  Panels from(size_t column, size_t depth) const {
    return {elements + dotElements<Product>(depth, column), start ? start + column : nullptr};
  }
};

/** A block of rows against `columns` columns in panels; column 0 is channel 0 of the requantizer and of y. */
template <typename Product>
void dotBlock(size_t rows, size_t columns, size_t depth, const typename Product::Element* a,
              size_t rowStride, const Panels<Product>& panels, const Requantizer& requantizer, uint8_t* y,
              const size_t* places) {
  constexpr TileSize whole = Product::tile;
  const size_t steps = divideUp(depth, Product::depth);
  const auto bytes = [=](size_t of) { return dotElements<Product>(depth, of) * sizeof(typename Product::Weight); };
  for (size_t j = 0; j < columns; j += columnsOf<Product>) {
    const size_t count = smallest(columnsOf<Product>, columns - j), following = smallest(columnsOf<Product>, columns - j - count);
    const size_t vectors = vectorsOf(count), tallest = whole.rowsOf(vectors);
    const Requantizer ofPanel = requantizer.from(j);
    const Panels<Product> panel = panels.from(j, depth);
    Ahead ahead = Ahead::next(panel.elements, bytes(count), bytes(following), steps * divideUp(rows, tallest));
    coverWithTiles(rows, tallest, [&](size_t height, size_t tiles, size_t i) {
      const auto run = TileTable<DotTiles<Product>, whole>::of(height, vectors);
      run(tiles, steps, a + i * rowStride, rowStride, panel.elements, panel.start, ofPanel, y + j, places + i, count, ahead);
      ahead = ahead.after(tiles * steps);
    });
  }
}

}  // namespace octavo::OCTAVO_ISA
