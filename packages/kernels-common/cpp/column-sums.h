#pragma once
#include <cstddef>

#include "blocking.h"
#include "elementwise.h"
#include "vector-scalar.h"
#include "workspace.h"

// Sums over the rows of a dense (rows, channels) array, per channel.
namespace octavo::OCTAVO_ISA {

/**
 * Several short rows seen as one of `length` elements, a whole number of vectors: loops over narrow channels (3, 10, 24)
 * then need no remainders. Element i of the array has channel i mod `channels`.
 */
struct Period {
  size_t channels, length;

  explicit Period(size_t channelCount) : channels(channelCount), length(channelCount) {
    while (length % Vector::width != 0) length += channels;
    // At least four vectors, so that their sums run side by side.
    const size_t whole = length;
    while (length < 4 * Vector::width) length += whole;
  }
  /** `values`, one per channel, repeated. */
  void repeat(const float* values, float* out) const {
    for (size_t i = 0; i < length; i += channels) {
      for (size_t c = 0; c < channels; ++c) out[i + c] = values[c];
    }
  }
};

/** Rows of a period that are added in float32 before the sum moves to float64. */
constexpr size_t rowsInFloat = 64;

/**
 * sums[s · period + i] += Σ of term s at the elements of column i, over whole rows of the period: [begin, end) are
 * multiples of its length. `terms(lanes, element, column)` returns an array of `count` vectors.
 */
template <size_t count, typename Terms>
inline void addColumns(size_t begin, size_t end, size_t period, double* sums, const Terms& terms) {
  constexpr size_t group = 4;
  const auto add = [&]<size_t vectors>(std::integral_constant<size_t, vectors>, size_t column, size_t from, size_t to) {
    Vector sum[vectors][count];
#pragma GCC unroll 4
    for (size_t v = 0; v < vectors; ++v) {
#pragma GCC unroll 2
      for (size_t s = 0; s < count; ++s) sum[v][s] = Vector::broadcast(0);
    }
    for (size_t row = from; row < to; row += period) {
#pragma GCC unroll 4
      for (size_t v = 0; v < vectors; ++v) {
        const size_t at = column + v * Vector::width;
        const auto values = terms(Vector{}, row + at, at);
#pragma GCC unroll 2
        for (size_t s = 0; s < count; ++s) sum[v][s] = sum[v][s] + values.of[s];
      }
    }
    for (size_t v = 0; v < vectors; ++v) {
      for (size_t s = 0; s < count; ++s) {
        float lanes[Vector::width];
        sum[v][s].store(lanes);
        double* target = sums + s * period + column + v * Vector::width;
        for (size_t lane = 0; lane < Vector::width; ++lane) target[lane] += lanes[lane];
      }
    }
  };
  for (size_t from = begin; from < end; from += rowsInFloat * period) {
    const size_t to = smallest(end, from + rowsInFloat * period);
    size_t column = 0;
    for (; column + group * Vector::width <= period; column += group * Vector::width) {
      add(std::integral_constant<size_t, group>{}, column, from, to);
    }
    for (; column < period; column += Vector::width) add(std::integral_constant<size_t, 1>{}, column, from, to);
  }
}

template <typename V, size_t count>
struct Values {
  V of[count];
};

/** Elements per piece: as `elementGrain`, in whole rows of the period. */
inline size_t columnGrain(const Period& period) { return (elementGrain / period.length + 1) * period.length; }

/**
 * sums[s · channels + c] = Σ of term s over the rows of channel c, in float64 over pieces that depend on sizes alone.
 * `terms(lanes, element, column)` takes lanes of `Vector` or `Scalar`; column is the place in the period.
 */
template <size_t count, typename Terms>
inline void sumColumns(size_t rows, const Period& period, double* sums, const Terms& terms) {
  const size_t channels = period.channels, total = rows * channels, whole = total / period.length * period.length;
  const size_t grain = columnGrain(period), pieces = divideUp(whole, grain), width = count * period.length;
  Workspace<double> space(pieces * width + 1);
  double* partial = space.data();
  parallelFor(whole, grain, [&](size_t begin, size_t end) {
    double* own = partial + begin / grain * width;
    for (size_t i = 0; i < width; ++i) own[i] = 0;
    addColumns<count>(begin, end, period.length, own, terms);
  });
  for (size_t i = 0; i < count * channels; ++i) sums[i] = 0;
  for (size_t piece = 0; piece < pieces; ++piece) {
    for (size_t s = 0; s < count; ++s) {
      const double* own = partial + piece * width + s * period.length;
      for (size_t i = 0; i < period.length; i += channels) {
        for (size_t c = 0; c < channels; ++c) sums[s * channels + c] += own[i + c];
      }
    }
  }
  for (size_t i = whole; i < total; ++i) {
    const auto values = terms(Scalar{}, i, i - whole);
    for (size_t s = 0; s < count; ++s) sums[s * channels + (i - whole) % channels] += values.of[s].v;
  }
}

/**
 * `body(lanes, element, column)` over the elements [begin, end) of a (rows, channels) array, from the start of a period. It
 * captures by value: stores of vectors may alias anything in memory, so what is captured by reference would be read again
 * after each of them.
 */
template <typename Body>
inline void columnsIn(size_t begin, size_t end, const Period& period, const Body& body) {
  const Body own = body;
  const size_t length = period.length;
  for (size_t start = begin; start < end; start += length) {
    eachVector(0, smallest(length, end - start), [&](auto lanes, size_t column) { own(lanes, start + column, column); });
  }
}

/** As `columnsIn` over all elements, in parallel. */
template <typename Body>
inline void eachColumn(size_t rows, const Period& period, const Body& body) {
  parallelFor(rows * period.channels, columnGrain(period),
              [&](size_t begin, size_t end) { columnsIn(begin, end, period, body); });
}

}  // namespace octavo::OCTAVO_ISA
