#pragma once
#include "each-row.h"
#include "transcendental.h"
#include "workspace.h"

// Over the columns of each row, in float64 after the largest value is subtracted; rounded once.
namespace octavo::OCTAVO_ISA {

/** Some 10 µs of exponentials. */
constexpr size_t exponentialGrain = 1024;

#define OCTAVO_EXPECT_ROWS(...)                                                                  \
  for (const size_t length : {__VA_ARGS__})                                                      \
    OCTAVO_EXPECT(length >= rows * columns, "arrays of at least rows × columns elements")

/** Of a row with a NaN any value: the sum of its terms is NaN in any case. */
inline double largestOf(const float* x, size_t count) {
  Vector largest = Vector::broadcast(-__builtin_inff());
  size_t i = 0;
  for (; i + Vector::width <= count; i += Vector::width) largest = larger(Vector::load(x + i), largest);
  float lanes[Vector::width];
  largest.store(lanes);
  float best = -__builtin_inff();
  for (const float lane : lanes) best = lane > best ? lane : best;
  for (; i < count; ++i) best = x[i] > best ? x[i] : best;
  return best;
}

/** Σ term(i) for i in [0, count), in sums side by side: one alone would wait for each addition. */
template <typename Term>
inline double sumOf(size_t count, const Term& term) {
  constexpr size_t together = 8;
  double sums[together] = {};
  size_t i = 0;
  for (; i + together <= count; i += together) {
#pragma GCC unroll 8
    for (size_t lane = 0; lane < together; ++lane) sums[lane] += term(i + lane);
  }
  for (; i < count; ++i) sums[0] += term(i);
  return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

/** Σ e^{x − max}; each term to `terms`. */
inline double exponentialSum(const float* x, size_t count, double max, double* terms) {
  for (size_t c = 0; c < count; ++c) terms[c] = exponential(x[c] - max);
  return sumOf(count, [=](size_t c) { return terms[c]; });
}

void softmax(Span<const float> x, Span<float> y, size_t rows, size_t columns) {
  OCTAVO_EXPECT_ROWS(x.length, y.length);
  eachRow(rows, columns, exponentialGrain, [&](size_t start) {
    Workspace<double> terms(columns);
    const double* const own = terms.data();
    const double share = 1 / exponentialSum(&x[start], columns, largestOf(&x[start], columns), terms.data());
    float* const to = &y[start];
    for (size_t c = 0; c < columns; ++c) to[c] = static_cast<float>(own[c] * share);
  });
}

/** dx = y (dy − Σ y dy) */
void softmaxGradient(Span<const float> y, Span<const float> dy, Span<float> dx, size_t rows, size_t columns) {
  OCTAVO_EXPECT_ROWS(y.length, dy.length, dx.length);
  eachRow(rows, columns, exponentialGrain, [&](size_t start) {
    const float *const value = &y[start], *const given = &dy[start];
    float* const to = &dx[start];
    const double sum = sumOf(columns, [=](size_t c) { return double(value[c]) * given[c]; });
    for (size_t c = 0; c < columns; ++c) to[c] = static_cast<float>(value[c] * (given[c] - sum));
  });
}

/** y = x − max − log Σ e^{x − max} */
void logSoftmax(Span<const float> x, Span<float> y, size_t rows, size_t columns) {
  OCTAVO_EXPECT_ROWS(x.length, y.length);
  eachRow(rows, columns, exponentialGrain, [&](size_t start) {
    Workspace<double> terms(columns);
    const double max = largestOf(&x[start], columns);
    const double logSum = logarithm(exponentialSum(&x[start], columns, max, terms.data()));
    for (size_t c = start; c < start + columns; ++c) y[c] = static_cast<float>(x[c] - max - logSum);
  });
}

/** dx = dy − e^y Σ dy */
void logSoftmaxGradient(Span<const float> y, Span<const float> dy, Span<float> dx, size_t rows, size_t columns) {
  OCTAVO_EXPECT_ROWS(y.length, dy.length, dx.length);
  eachRow(rows, columns, exponentialGrain, [&](size_t start) {
    const double sum = sumOf(columns, [=](size_t c) { return double(dy[start + c]); });
    for (size_t c = start; c < start + columns; ++c) dx[c] = static_cast<float>(dy[c] - exponential(y[c]) * sum);
  });
}

#undef OCTAVO_EXPECT_ROWS

}  // namespace octavo::OCTAVO_ISA
