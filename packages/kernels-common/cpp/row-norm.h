#pragma once
#include "column-sums.h"
#include "each-row.h"

// Rows of (rows, columns) brought to mean 0 and variance 1.
namespace octavo::OCTAVO_ISA {

/** Σ of each of `count` terms over a row: short stretches side by side in float32, which are added up in float64. */
template <size_t count, typename Terms>
inline void sumRow(size_t columns, double (&sums)[count], const Terms& terms) {
  constexpr size_t together = 4, width = Vector::width, step = together * width;
  for (double& sum : sums) sum = 0;
  size_t i = 0;
  while (i + step <= columns) {
    Vector lanes[together][count];
#pragma GCC unroll 4
    for (size_t v = 0; v < together; ++v) {
#pragma GCC unroll 2
      for (size_t s = 0; s < count; ++s) lanes[v][s] = Vector::broadcast(0);
    }
    const size_t end = smallest(columns, i + rowsInFloat * step);
    for (; i + step <= end; i += step) {
#pragma GCC unroll 4
      for (size_t v = 0; v < together; ++v) {
        const auto values = terms(Vector{}, i + v * width);
#pragma GCC unroll 2
        for (size_t s = 0; s < count; ++s) lanes[v][s] = lanes[v][s] + values.of[s];
      }
    }
#pragma GCC unroll 2
    for (size_t s = 0; s < count; ++s) {
      float ends[width];
      ((lanes[0][s] + lanes[1][s]) + (lanes[2][s] + lanes[3][s])).store(ends);
      for (const float sum : ends) sums[s] += sum;
    }
  }
  for (; i < columns; ++i) {
    const auto values = terms(Scalar{}, i);
    for (size_t s = 0; s < count; ++s) sums[s] += values.of[s].v;
  }
}

/** The mean of a row as the sum of two float32, so that distances from it lose nothing where it is large. */
struct RowCentre {
  float first, rest;
  double variance;

  template <typename V>
  V distance(V x) const {
    return (x - V::broadcast(first)) - V::broadcast(rest);
  }
};

/** Not inlined: a row is worth a call, and modules of WebAssembly are to be small. */
[[gnu::noinline]] static RowCentre centreOf(const float* x, size_t columns) {
  double sum[1], moments[2];
  sumRow(columns, sum, [=](auto lanes, size_t i) {
    using V = decltype(lanes);
    return Values<V, 1>{{V::load(x + i)}};
  });
  const float near = static_cast<float>(sum[0] / double(columns));
  sumRow(columns, moments, [=](auto lanes, size_t i) {
    using V = decltype(lanes);
    const V distance = V::load(x + i) - V::broadcast(near);
    return Values<V, 2>{{distance, distance * distance}};
  });
  const double error = moments[0] / double(columns), spread = moments[1] / double(columns) - error * error;
  return {near, static_cast<float>(error), spread < 0 ? 0 : spread};
}

void rowNorm(Span<const float> x, OptionalSpan<const float> weight, OptionalSpan<const float> bias, Span<float> y,
             OptionalSpan<float> invStd, size_t rows, size_t columns, double eps) {
  OCTAVO_EXPECT(x.length >= rows * columns && y.length >= rows * columns, "rows × columns elements");
  OCTAVO_EXPECT((!weight || weight.length >= columns) && (!bias || bias.length >= columns), "an entry per column");
  OCTAVO_EXPECT(!invStd || invStd.length >= rows, "a result for each row");
  eachRow(rows, columns, elementGrain, [=](size_t start) {
    const float* from = x.data + start;
    float* to = y.data + start;
    const RowCentre centre = centreOf(from, columns);
    const float scale = static_cast<float>(1 / __builtin_sqrt(centre.variance + eps));
    eachVector(0, columns, [=](auto lanes, size_t i) {
      using V = decltype(lanes);
      V value = centre.distance(V::load(from + i)) * V::broadcast(scale);
      if (weight) value = value * V::load(weight.data + i);
      if (bias) value = value + V::load(bias.data + i);
      value.store(to + i);
    });
    if (invStd) invStd[start / columns] = scale;
  });
}

/**
 * With g = dy · weight and x̂ = (x − mean) · invStd: dx = invStd · (g − mean of g − x̂ · mean of g x̂), dWeight = Σ dy x̂ and
 * dBias = Σ dy over the rows, of which `together` are added in float32 before the sums move to float64.
 */
void rowNormGradient(Span<const float> x, Span<const float> dy, Span<const float> invStd, OptionalSpan<const float> weight,
                     Span<float> dx, OptionalSpan<float> dWeight, OptionalSpan<float> dBias, size_t rows,
                     size_t columns) {
  OCTAVO_EXPECT(x.length >= rows * columns && dy.length >= rows * columns && dx.length >= rows * columns,
                "rows × columns elements");
  OCTAVO_EXPECT(invStd.length >= rows, "a scale for each row");
  OCTAVO_EXPECT((!weight || weight.length >= columns) && (!dWeight || dWeight.length >= columns) &&
                    (!dBias || dBias.length >= columns),
                "an entry per column");
  constexpr size_t together = 32;
  const size_t blocks = divideUp(rows, together), width = 2 * columns;
  const bool summed = dWeight || dBias;
  const Workspace<float> partial(summed ? blocks * width : 0);
  float* const sums = partial.data();
  parallelFor(blocks, 1 + elementGrain / (together * columns + 1), [=](size_t begin, size_t end) {
    const Workspace<float> space(width);
    float *const normal = space.data(), *const given = normal + columns;
    for (size_t block = begin; block < end; ++block) {
      float *const ofWeight = sums + block * width, *const ofBias = ofWeight + columns;
      for (size_t c = 0; summed && c < width; ++c) ofWeight[c] = 0;
      for (size_t row = block * together; row < smallest(rows, (block + 1) * together); ++row) {
        const float *const value = x.data + row * columns, *const gradient = dy.data + row * columns;
        float* const to = dx.data + row * columns;
        const RowCentre centre = centreOf(value, columns);
        const float scale = invStd[row];
        eachVector(0, columns, [=](auto lanes, size_t i) {
          using V = decltype(lanes);
          const V own = V::load(gradient + i), place = centre.distance(V::load(value + i)) * V::broadcast(scale);
          place.store(normal + i);
          (weight ? own * V::load(weight.data + i) : own).store(given + i);
          if (!summed) return;
          (V::load(ofWeight + i) + own * place).store(ofWeight + i);
          (V::load(ofBias + i) + own).store(ofBias + i);
        });
        double means[2];
        sumRow(columns, means, [=](auto lanes, size_t i) {
          using V = decltype(lanes);
          const V own = V::load(given + i);
          return Values<V, 2>{{own, own * V::load(normal + i)}};
        });
        const float mean = static_cast<float>(means[0] / double(columns));
        const float slope = static_cast<float>(means[1] / double(columns));
        eachVector(0, columns, [=](auto lanes, size_t i) {
          using V = decltype(lanes);
          const V rest = V::load(given + i) - V::broadcast(mean) - V::load(normal + i) * V::broadcast(slope);
          (V::broadcast(scale) * rest).store(to + i);
        });
      }
    }
  });
  for (size_t c = 0; summed && c < columns; ++c) {
    double ofWeight = 0, ofBias = 0;
    for (size_t block = 0; block < blocks; ++block) {
      ofWeight += sums[block * width + c];
      ofBias += sums[block * width + columns + c];
    }
    if (dWeight) dWeight[c] = static_cast<float>(ofWeight);
    if (dBias) dBias[c] = static_cast<float>(ofBias);
  }
}

}  // namespace octavo::OCTAVO_ISA
