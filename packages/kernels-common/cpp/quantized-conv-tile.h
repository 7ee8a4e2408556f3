#pragma once
#include "ahead.h"
#include "blocking.h"
#include "products.h"
#include "quantized-conv-pairs.h"
#include "quantized-conv-requantizer.h"
#include "tile-table.h"

// The integer register tile: exact int32 sums of a product stay in registers until they are requantized.
namespace octavo::OCTAVO_ISA {

/**
 * Elements of panels: (panel, filled depth / Product::depth, columns of the panel, Product::depth), filled with zeros; panels of
 * paired products begin with their order.
 */
template <typename Product>
constexpr size_t dotElements(size_t depth, size_t columns) {
  const size_t filled = filledDepth<Product>(depth), weights = filled * roundUp(columns, Vector::width);
  return weights + (Product::paired ? divideUp(columns, columnsOf<Product>) * StepOrder::bytes(filled / Product::depth) : 0);
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

/** The same for a panel with an order. */
template <typename Product, size_t Rows, size_t Vectors>
inline void pairedSums(size_t steps, const typename Product::Element* a, size_t rowStride, const typename Product::Weight* panel,
                       IntVector (&sum)[Rows][Vectors], Ahead ahead) {
  constexpr size_t step = Vectors * Vector::width * Product::depth;
  const StepOrder order(panel);
  const uint32_t *at = order.offsets(), *const paired = at + order.paired(), *const end = at + steps;
  panel += StepOrder::bytes(steps);
  for (; at < paired; at += 2, panel += 2 * step) {
    ahead.step();
    ahead.step();
    addPairs<Product>(a + at[0], a + at[1], rowStride, panel, panel + step, sum);
  }
  for (; at < end; ++at, panel += step) {
    ahead.step();
    addProducts<Product>(a + *at, rowStride, panel, sum);
  }
}

template <size_t Rows, size_t Vectors>
[[gnu::always_inline]] inline void startSums(const SumStart& start, IntVector (&sum)[Rows][Vectors]) {
  OCTAVO_UNROLL
  for (size_t r = 0; r < Rows; ++r) {
    OCTAVO_UNROLL
    for (size_t v = 0; v < Vectors; ++v) {
      sum[r][v] = start.of ? IntVector::load(start.of + r * start.stride + v * Vector::width) : IntVector::broadcast(0);
    }
  }
}

/** Rows of activations, `stride` apart; a row is in `parts` parts of the same depth, `partStride` apart. */
template <typename Element>
struct LeftRows {
  const Element* at;
  size_t stride, parts, partStride;
  LeftRows below(size_t rows) const { return {at + rows * stride, stride, parts, partStride}; }
};

template <typename Product>
struct DotTiles {
  /**
   * `tiles` times `Rows` rows of activations against one panel, `steps` for each of their parts; row r of the result is `count`
   * results at y + places[r].
   */
  template <size_t Rows, size_t Vectors>
  static void run(size_t tiles, size_t steps, LeftRows<typename Product::Element> a, const typename Product::Weight* panel,
                  SumStart start, const Requantizer& requantizer, uint8_t* y, const size_t* places, size_t count, Ahead ahead) {
    constexpr size_t step = Vectors * Vector::width * Product::depth;
    // Only those of paired products differ by row; others are loaded once for all.
    if constexpr (!Product::paired) start.stride = 0;
    for (; tiles > 0; --tiles, a = a.below(Rows), places += Rows) {
      IntVector sum[Rows][Vectors];
      startSums(start, sum);
      start = start.below(Rows);
      if constexpr (Product::paired) {
        pairedSums<Product>(steps, a.at, a.stride, panel, sum, ahead);
      } else {
        auto* at = a.at;
        auto* weights = panel;
        size_t left = a.parts;
        do {
          dotSums<Product>(steps, at, a.stride, weights, sum, ahead);
          at += a.partStride;
          weights += steps * step;
        } while (--left > 0);
      }
      ahead = ahead.after(steps * a.parts);
      storeRows(requantizer, sum, count, [=](size_t r) { return y + places[r]; });
    }
  }
};

/** Weights of a product: its panels, and what sums begin with. */
template <typename Product>
struct Panels {
  const typename Product::Weight* elements;
  SumStart start;

  /** From the panel that begins with `column`. */
  Panels from(size_t column, size_t depth) const {
    return {elements + dotElements<Product>(depth, column), start.from(column)};
  }
};

/**
 * A block of rows against `columns` columns in panels; column 0 is channel 0 of the requantizer and of y. Parts have filled depths if
 * there are several; those of paired products are one.
 */
template <typename Product>
void dotBlock(size_t rows, size_t columns, size_t depth, const LeftRows<typename Product::Element>& a, const Panels<Product>& panels,
              const Requantizer& requantizer, uint8_t* y, const size_t* places) {
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
      uint8_t* const to = y + j * requantizer.bytes;
      run(tiles, steps / a.parts, a.below(i), panel.elements, panel.start.below(i), ofPanel, to, places + i, count, ahead);
      ahead = ahead.after(tiles * steps);
    });
  }
}

}  // namespace octavo::OCTAVO_ISA
