#pragma once
#include <type_traits>

#include "blocking.h"
#include "conv-shape.h"
#include "quantized-conv-tile.h"
#include "quantized-winograd-forms.h"

// The three transforms of a Winograd convolution and the products between them, on blocks of tiles.
namespace octavo::OCTAVO_ISA {

/** Filters are kept, and results requantized, by pairs of vectors of channels; a panel has some of them. */
constexpr size_t pairColumns = 2 * Vector::width, pairShorts = pairColumns * Dot::depth;
static_assert(dotColumns % pairColumns == 0 && pairShorts % ShortVector::width == 0);

/** Points that an axis of a tile has, of which some outputs lie in the image. */
template <typename Form>
constexpr size_t pointsFor(size_t outputs) {
  const size_t missing = Form::outputs - smallest(Form::outputs, outputs);
  return Form::points - smallest(missing, Form::points - Form::fewestPoints);
}

/** `body` with n, of which there are few, as a constant. */
template <size_t fewest, size_t most, typename Body>
[[gnu::always_inline]] inline void asConstant(size_t n, const Body& body) {
  if constexpr (fewest < most) {
    if (n < most) return asConstant<fewest, most - 1>(n, body);
  }
  body(std::integral_constant<size_t, most>());
}

/** One axis of a tile's data. */
template <typename Form>
struct DataAxis {
  static constexpr size_t most = Form::points, fewest = Form::fewestPoints;
  size_t from;
  static constexpr size_t to(size_t n) { return n; }
  template <size_t n, typename V>
  static void apply(const V* d, V* t) { Form::template data<n>(d, t); }
};

/** Of a filter. */
template <typename Form>
struct FilterAxis {
  static constexpr size_t most = 3, fewest = 3;
  static constexpr size_t from = 3;
  static constexpr size_t to(size_t) { return Form::filters; }
  template <size_t n, typename V>
  static void apply(const V* g, V* u) { Form::filter(g, u); }
};

/** Of a tile's products. */
template <typename Form>
struct OutputAxis {
  static constexpr size_t most = Form::points, fewest = Form::fewestPoints;
  size_t from;
  static constexpr size_t to(size_t n) { return Form::outputs - (Form::points - n); }
  template <size_t n, typename V>
  static void apply(const V* m, V* y) { Form::template output<n>(m, y); }
};

/** `body(i)` for each i < count, of which there are always `most` unless there may be fewer. */
template <bool fewer, size_t most, typename Body>
[[gnu::always_inline]] inline void forEachLine(size_t count, const Body& body) {
  if constexpr (fewer) {
    for (size_t i = 0; i < count; ++i) body(i);
  } else {
    OCTAVO_UNROLL
    for (size_t i = 0; i < most; ++i) body(i);
  }
}

/** Two axes' transforms, that of columns first; `load(i, j)` gives an element, `store(i, j, v)` takes a result. */
template <typename V, typename Axis, typename Load, typename Store>
[[gnu::always_inline]] inline void alongBothAxes(const Axis& down, const Axis& across, const Load& load, const Store& store) {
  constexpr size_t fewest = Axis::fewest, most = Axis::most, mostTo = Axis::to(most);
  constexpr bool fewer = fewest < most;
  V half[mostTo][most];
  asConstant<fewest, most>(down.from, [&](auto n) __attribute__((always_inline)) {
    constexpr size_t from = n, to = Axis::to(n);
    forEachLine<fewer, most>(across.from, [&](size_t j) __attribute__((always_inline)) {
      V column[from], result[to];
      OCTAVO_UNROLL
      for (size_t i = 0; i < from; ++i) column[i] = load(i, j);
      Axis::template apply<from>(column, result);
      OCTAVO_UNROLL
      for (size_t i = 0; i < to; ++i) half[i][j] = result[i];
    });
  });
  asConstant<fewest, most>(across.from, [&](auto n) __attribute__((always_inline)) {
    constexpr size_t from = n, to = Axis::to(n);
    forEachLine<fewer, mostTo>(Axis::to(down.from), [&](size_t i) __attribute__((always_inline)) {
      V result[to];
      Axis::template apply<from>(half[i], result);
      OCTAVO_UNROLL
      for (size_t j = 0; j < to; ++j) store(i, j, result[j]);
    });
  });
}

/** Points of a tile along each axis. */
struct TilePoints {
  size_t rows, columns;
};

/** Pixels of a tile's input, centred and transformed: point p of channel c goes to to[p · pointStride + c]. */
template <typename Form>
void transformData(TilePoints used, const uint8_t* from, size_t rowStride, size_t pixelStride, size_t channels, uint8_t flip,
                   int16_t zero, int16_t* to, size_t pointStride) {
  using Axis = DataAxis<Form>;
  for (size_t c = 0; c < channels; c += ShortVector::width) {
    alongBothAxes<ShortVector>(
        Axis{used.rows}, Axis{used.columns},
        [=](size_t i, size_t j) __attribute__((always_inline)) {
          return ShortVector::centred(from + i * rowStride + j * pixelStride + c, flip, zero);
        },
        [=](size_t i, size_t j, ShortVector v) __attribute__((always_inline)) {
          v.store(to + (i * Form::points + j) * pointStride + c);
        });
  }
}

/**
 * `steps` steps of a pair's 3×3 int8 filters, nine taps each, to as many steps, `toStep` apart, of each transformed filter's
 * panel; these are `stride` apart.
 */
template <typename Form, size_t stride>
void transformFilters(size_t steps, const int8_t* from, size_t toStep, int16_t* to) {
  const FilterAxis<Form> axis;
  for (size_t step = 0; step < steps; ++step, from += 9 * pairShorts, to += toStep) {
    for (size_t lane = 0; lane < pairShorts; lane += ShortVector::width) {
      const int8_t* const taps = from + lane;
      int16_t* const panels = to + lane;
      alongBothAxes<ShortVector>(
          axis, axis, [=](size_t i, size_t j) __attribute__((always_inline)) { return ShortVector::load(taps + (i * 3 + j) * pairShorts); },
          [=](size_t i, size_t j, ShortVector v) __attribute__((always_inline)) { v.store(panels + (i * Form::filters + j) * stride); });
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

/**
 * What outputs of two axes are multiplied by, to be 2^n of the true ones modulo 2³², where n is twice the largest shift: the
 * inverse of 9 (9 · 0x38e38e39 = 2³³ + 1), with the powers of 2 that the axes' shifts lack.
 */
template <typename Form>
constexpr auto inverses = [] {
  constexpr size_t outputs = Form::outputs;
  std::array<std::array<int32_t, outputs>, outputs> result{};
  for (size_t i = 0; i < outputs; ++i) {
    for (size_t j = 0; j < outputs; ++j) {
      result[i][j] = int32_t(0x38e38e39u << (2 * Form::shift[0] - Form::shift[i] - Form::shift[j]));
    }
  }
  return result;
}();

/** The products of one tile and a pair of vectors, point after point, to its outputs: those of row i go to `at(i, j)`. */
template <typename Form, typename At>
void transformProducts(TilePoints used, const int32_t* products, const Requantizer& requantizer, size_t rows, size_t count,
                       const At& at) {
  using Axis = OutputAxis<Form>;
  constexpr size_t points = Form::points, outputs = Form::outputs, width = Vector::width;
  IntVector sums[outputs][outputs][2];
  for (size_t v = 0; v < 2; ++v) {
    const int32_t* const from = products + v * width;
    alongBothAxes<IntVector>(
        Axis{used.rows}, Axis{used.columns},
        [=](size_t i, size_t j) __attribute__((always_inline)) { return IntVector::load(from + (i * points + j) * dotColumns); },
        [&](size_t i, size_t j, IntVector sum) __attribute__((always_inline)) {
          const int32_t inverse = inverses<Form>[i + points - used.rows][j + points - used.columns];
          sums[i][j][v] = shiftRight(sum * inverse, 2 * Form::shift[0]);
        });
  }
  for (size_t i = 0; i < rows; ++i) {
    // Outputs that lie outside are stored with the others.
    for (size_t j = Axis::to(used.columns); j < outputs; ++j) sums[i][j][0] = sums[i][j][1] = IntVector::broadcast(0);
    storeRows(requantizer, sums[i], count, [&](size_t j) { return at(i, j); });
  }
}

}  // namespace octavo::OCTAVO_ISA
