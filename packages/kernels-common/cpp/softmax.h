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

/** NaN if there is one. */
inline double largestOf(const float* x, size_t count) {
  float best = -__builtin_inff();
  for (size_t i = 0; i < count; ++i) best = x[i] > best || x[i] != x[i] ? x[i] : best;
  return best;
}

/** Σ e^{x − max}; each term to `terms`. */
inline double exponentialSum(const float* x, size_t count, double max, double* terms) {
  for (size_t c = 0; c < count; ++c) terms[c] = exponential(x[c] - max);
  double sum = 0;
  for (size_t c = 0; c < count; ++c) sum += terms[c];
  return sum;
}

void softmax(Span<const float> x, Span<float> y, size_t rows, size_t columns) {
  OCTAVO_EXPECT_ROWS(x.length, y.length);
  eachRow(rows, columns, exponentialGrain, [&](size_t start) {
    Workspace<double> terms(columns);
    const double sum = exponentialSum(&x[start], columns, largestOf(&x[start], columns), terms.data());
    for (size_t c = 0; c < columns; ++c) y[start + c] = static_cast<float>(terms.data()[c] / sum);
  });
}

/** dx = y (dy − Σ y dy) */
void softmaxGradient(Span<const float> y, Span<const float> dy, Span<float> dx, size_t rows, size_t columns) {
  OCTAVO_EXPECT_ROWS(y.length, dy.length, dx.length);
  eachRow(rows, columns, exponentialGrain, [&](size_t start) {
    double sum = 0;
    for (size_t c = start; c < start + columns; ++c) sum += double(y[c]) * dy[c];
    for (size_t c = start; c < start + columns; ++c) dx[c] = static_cast<float>(y[c] * (dy[c] - sum));
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
    double sum = 0;
    for (size_t c = start; c < start + columns; ++c) sum += dy[c];
    for (size_t c = start; c < start + columns; ++c) dx[c] = static_cast<float>(dy[c] - exponential(y[c]) * sum);
  });
}

#undef OCTAVO_EXPECT_ROWS

}  // namespace octavo::OCTAVO_ISA
