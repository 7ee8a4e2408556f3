#pragma once
#include "each-row.h"

// Rows of (rows, columns) brought to mean 0 and variance 1; sums in float64.
namespace octavo::OCTAVO_ISA {

/** Σ term(i) for i in [0, count), in four sums side by side. */
template <typename Term>
inline double sumOf(size_t count, const Term& term) {
  double sums[4] = {0, 0, 0, 0};
  size_t i = 0;
  for (; i + 4 <= count; i += 4) {
#pragma GCC unroll 4
    for (size_t lane = 0; lane < 4; ++lane) sums[lane] += term(i + lane);
  }
  for (; i < count; ++i) sums[0] += term(i);
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

void rowNorm(Span<const float> x, Span<float> y, OptionalSpan<float> invStd, size_t rows, size_t columns, double eps) {
  OCTAVO_EXPECT(x.length >= rows * columns && y.length >= rows * columns, "rows × columns elements");
  OCTAVO_EXPECT(!invStd || invStd.length >= rows, "a result for each row");
  eachRow(rows, columns, elementGrain, [=](size_t start) {
    const float* from = x.data + start;
    float* to = y.data + start;
    const double mean = sumOf(columns, [=](size_t i) { return double(from[i]); }) / double(columns);
    const double squares = sumOf(columns, [=](size_t i) {
      const double distance = double(from[i]) - mean;
      return distance * distance;
    });
    const float scale = static_cast<float>(1 / __builtin_sqrt(squares / double(columns) + eps));
    for (size_t i = 0; i < columns; ++i) to[i] = static_cast<float>(double(from[i]) - mean) * scale;
    if (invStd) invStd[start / columns] = scale;
  });
}

void rowNormGradient(Span<const float> y, Span<const float> dy, Span<const float> invStd, Span<float> dx, size_t rows,
                     size_t columns) {
  OCTAVO_EXPECT(y.length >= rows * columns && dy.length >= rows * columns && dx.length >= rows * columns,
                "rows × columns elements");
  OCTAVO_EXPECT(invStd.length >= rows, "a scale for each row");
  eachRow(rows, columns, elementGrain, [=](size_t start) {
    const float *value = y.data + start, *gradient = dy.data + start;
    float* to = dx.data + start;
    const double mean = sumOf(columns, [=](size_t i) { return double(gradient[i]); }) / double(columns);
    const double slope = sumOf(columns, [=](size_t i) { return double(gradient[i]) * value[i]; }) / double(columns);
    const double scale = invStd[start / columns];
    for (size_t i = 0; i < columns; ++i) {
      to[i] = static_cast<float>(scale * (double(gradient[i]) - mean - double(value[i]) * slope));
    }
  });
}

}  // namespace octavo::OCTAVO_ISA
