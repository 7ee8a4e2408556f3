#pragma once
#include "blocking.h"
#include "conv-shape.h"
#include "quantized-conv-tile.h"
#include "quantized-winograd-forms.h"

// The three transforms of a Winograd convolution and the products between them, on blocks of tiles.
namespace octavo::OCTAVO_ISA {

/** Filters are kept, and results requantized, by pairs of vectors of channels; a panel has some of them. */
constexpr size_t pairColumns = 2 * Vector::width, pairShorts = pairColumns * Dot::depth;
static_assert(dotColumns % pairColumns == 0 && pairShorts % ShortVector::width == 0);

/** An axis's transform along both axes, columns first; `load(i, j)` gives an element, `store(i, j, v)` takes a result. */
template <typename V, size_t From, size_t To, typename Axis, typename Load, typename Store>
[[gnu::always_inline]] inline void alongBothAxes(const Axis& axis, const Load& load, const Store& store) {
  V half[To][From];
  OCTAVO_UNROLL
  for (size_t j = 0; j < From; ++j) {
    V column[From], result[To];
    OCTAVO_UNROLL
    for (size_t i = 0; i < From; ++i) column[i] = load(i, j);
    axis(column, result);
    OCTAVO_UNROLL
    for (size_t i = 0; i < To; ++i) half[i][j] = result[i];
  }
  OCTAVO_UNROLL
  for (size_t i = 0; i < To; ++i) {
    V result[To];
    axis(half[i], result);
    OCTAVO_UNROLL
    for (size_t j = 0; j < To; ++j) store(i, j, result[j]);
  }
}

/** Pixels of a tile's input, centred and transformed: point p of channel c goes to to[p · pointStride + c]. */
template <typename Form>
void transformData(const uint8_t* from, size_t rowStride, size_t pixelStride, size_t channels, uint8_t flip,
                   int16_t zero, int16_t* to, size_t pointStride) {
  constexpr size_t points = Form::points;
  const auto axis = [](const auto& d, auto& t) { Form::data(d, t); };
  for (size_t c = 0; c < channels; c += ShortVector::width) {
    alongBothAxes<ShortVector, points, points>(
        axis,
        [=](size_t i, size_t j) __attribute__((always_inline)) {
          return ShortVector::centred(from + i * rowStride + j * pixelStride + c, flip, zero);
        },
        [=](size_t i, size_t j, ShortVector v) __attribute__((always_inline)) { v.store(to + (i * points + j) * pointStride + c); });
  }
}

/**
 * `steps` steps of a pair's 3×3 int8 filters, nine taps each, to as many steps, `toStep` apart, of each transformed filter's
 * panel; these are `stride` apart.
 */
template <typename Form, size_t stride>
void transformFilters(size_t steps, const int8_t* from, size_t toStep, int16_t* to) {
  constexpr size_t filters = Form::filters;
  const auto axis = [](const auto& g, auto& u) { Form::filter(g, u); };
  for (size_t step = 0; step < steps; ++step, from += 9 * pairShorts, to += toStep) {
    for (size_t lane = 0; lane < pairShorts; lane += ShortVector::width) {
      const int8_t* const taps = from + lane;
      int16_t* const panels = to + lane;
      alongBothAxes<ShortVector, 3, filters>(
          axis, [=](size_t i, size_t j) __attribute__((always_inline)) { return ShortVector::load(taps + (i * 3 + j) * pairShorts); },
          [=](size_t i, size_t j, ShortVector v) __attribute__((always_inline)) { v.store(panels + (i * filters + j) * stride); });
    }
  }
}

struct WinogradTiles {
  /** In pairs of vectors. */
  static constexpr TileSize size = {dotTile.rows, dotTile.vectors / 2, dotTile.tallest};

  /** to = rows · panel, or to += if `add`: the sums of the panel's columns for each row, rows `toStride` apart. */
  template <size_t Rows, size_t Pairs>
  static void run(size_t steps, const int16_t* a, size_t rowStride, const int16_t* panel, int32_t* to,
                  size_t toStride, bool add) {
    constexpr size_t vectors = 2 * Pairs, width = Vector::width;
    IntVector sum[Rows][vectors];
    OCTAVO_UNROLL
    for (size_t r = 0; r < Rows; ++r) {
      OCTAVO_UNROLL
      for (size_t v = 0; v < vectors; ++v) {
        sum[r][v] = add ? IntVector::load(to + r * toStride + v * width) : IntVector::broadcast(0);
      }
    }
    dotSums<IntProduct>(steps, a, rowStride, panel, sum, Ahead::none(panel));
    OCTAVO_UNROLL
    for (size_t r = 0; r < Rows; ++r) {
      OCTAVO_UNROLL
      for (size_t v = 0; v < vectors; ++v) sum[r][v].store(to + r * toStride + v * width);
    }
  }
};

/** The products of one tile and a pair of vectors, point after point, to its outputs: those of row i go to `at(i, j)`. */
template <typename Form, typename At>
void transformProducts(const int32_t* products, const Requantizer& requantizer, size_t rows, size_t count,
                       const At& at) {
  constexpr size_t points = Form::points, outputs = Form::outputs, width = Vector::width;
  const auto axis = [](const auto& m, auto& y) { Form::output(m, y); };
  IntVector sums[outputs][outputs][2];
  for (size_t v = 0; v < 2; ++v) {
    const int32_t* const from = products + v * width;
    alongBothAxes<IntVector, points, outputs>(
        axis, [=](size_t i, size_t j) __attribute__((always_inline)) { return IntVector::load(from + (i * points + j) * dotColumns); },
        [&](size_t i, size_t j, IntVector sum) __attribute__((always_inline)) {
          sums[i][j][v] = shiftRight(sum * Form::inverse, Form::shift[i] + Form::shift[j]);
        });
  }
  for (size_t i = 0; i < rows; ++i) {
    storeRows(requantizer, sums[i], count, [&](size_t j) { return at(i, j); });
  }
}

}  // namespace octavo::OCTAVO_ISA
