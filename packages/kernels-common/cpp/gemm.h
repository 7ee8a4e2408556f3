#pragma once
#include "failure.h"
#include "fill.h"
#include "gemm-by-depth.h"
#include "shapes.h"
#include "span.h"

namespace octavo::OCTAVO_ISA {

/** The sum is split over threads only when it is this deep and the result this small. */
constexpr size_t deepProduct = 4096, smallResult = size_t(1) << 16;
/** Packing the right operand costs more than reading it where it lies for few rows, or for some where it fits the nearest cache. */
constexpr size_t fewRows = 4 * floatTile.tallest, someRows = 192, nearFloats = 4096;

/** c = start + left · b, or c + left · b if `start` is null; b is row-major and its rows end with a vector. Nothing is packed. */
inline void multiplyInPlace(size_t m, size_t n, size_t k, Left left, const float* b, const float* start, float* c) {
  const size_t grain = grainOf(taskProducts / 4, uint64_t(m) * panelColumns * k);
  parallelFor(divideUp(n, panelColumns), grain, [=](size_t begin, size_t end) {
    const size_t column = begin * panelColumns, columns = smallest(n, end * panelColumns) - column;
    gemmBlock(m, columns, k, left, {b + column, panelColumns, n}, start ? start + column : nullptr, c + column, n);
  });
}

/** c = start + b · a, or c + b · a if `start` is null: one row of `left`, n rows of b. Nothing is packed. */
inline void multiplyRow(size_t n, size_t k, const float* a, const float* b, const float* start, float* c) {
  constexpr size_t width = Vector::width, together = 4;
  parallelFor(n, grainOf(taskProducts / 4, k), [&](size_t begin, size_t end) {
    for (size_t j = begin; j < end; j += together) {
      const size_t count = smallest(together, end - j);
      const float* rows[together];
      for (size_t r = 0; r < together; ++r) rows[r] = b + (j + smallest(r, count - 1)) * k;
      Vector sums[together];
      OCTAVO_UNROLL
      for (Vector& sum : sums) sum = Vector::broadcast(0);
      size_t i = 0;
      for (; i + width <= k; i += width) {
        const Vector values = Vector::load(a + i);
        OCTAVO_UNROLL
        for (size_t r = 0; r < together; ++r) sums[r] = multiplyAdd(values, Vector::load(rows[r] + i), sums[r]);
      }
      for (size_t r = 0; r < count; ++r) {
        float lanes[width];
        sums[r].store(lanes);
        float sum = start ? start[j + r] : c[j + r];
        for (float lane : lanes) sum += lane;
        for (size_t rest = i; rest < k; ++rest) sum += a[rest] * rows[r][rest];
        c[j + r] = sum;
      }
    }
  });
}

/** One product of the batch. `start` is the bias row in whole vectors, or null to add to c. */
inline void gemmOne(const float* a, const float* b, const float* start, float* c, const GemmShape& shape) {
  const size_t m = size_t(shape.m), n = size_t(shape.n), k = size_t(shape.k);
  const Left left = shape.transposeA ? Left{a, 1, m} : Left{a, k, 1};
  if (k >= deepProduct && m * n <= smallResult && !shape.transposeB) {
    if (start) {
      for (size_t i = 0; i < m; ++i) std::memcpy(c + i * n, start, n * sizeof(float));
    }
    return gemmByDepth(m, n, k, left, MatrixSlices{b, n, n}, c, n, true);
  }
  if (m == 1 && shape.transposeB) return multiplyRow(n, k, a, b, start, c);
  const bool inPlace = !shape.transposeB && n % Vector::width == 0;
  if (inPlace && (m <= fewRows || (k * n <= nearFloats && m <= someRows))) {
    return multiplyInPlace(m, n, k, left, b, start, c);
  }
  const PanelPacker packer = {nullptr, k, n};
  const Workspace<float> panels(packer.floats());
  packPanels({panels.data(), k, n}, b, shape.transposeB ? k : n, shape.transposeB);
  gemmByRows(m, n, k, MatrixRows{left, k}, panels.data(), start, MatrixTarget{c, n});
}

/** c = op(a) · op(b) + bias, or c + op(a) · op(b) + bias. */
void gemm(Span<const float> a, Span<const float> b, OptionalSpan<const float> bias, Span<float> c,
          const GemmShape& shape) {
  const size_t m = size_t(shape.m), n = size_t(shape.n), k = size_t(shape.k);
  const size_t later = shape.batch > 0 ? size_t(shape.batch) - 1 : 0;
  const size_t strideA = size_t(shape.strideA), strideB = size_t(shape.strideB),
               strideC = size_t(shape.strideC);
  if (shape.batch <= 0 || m * n == 0) return;
  OCTAVO_EXPECT(a.length >= later * strideA + m * k, "a that holds batch matrices of m × k");
  OCTAVO_EXPECT(b.length >= later * strideB + k * n, "b that holds batch matrices of k × n");
  OCTAVO_EXPECT(c.length >= later * strideC + m * n, "c that holds batch matrices of m × n");
  OCTAVO_EXPECT(!bias || bias.length == n, "a bias of n elements");

  const Workspace<float> start(packedStride(n));
  clear(start.data(), packedStride(n));
  if (bias) std::memcpy(start.data(), bias.data, n * sizeof(float));
  const size_t grain = grainOf(taskProducts, uint64_t(m) * n * k);
  const auto products = [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      float* const to = c.data + i * strideC;
      if (shape.accumulate && bias) {
        for (size_t j = 0; j < m * n; ++j) to[j] += bias[j % n];
      }
      gemmOne(a.data + i * strideA, b.data + i * strideB, shape.accumulate ? nullptr : start.data(), to,
              shape);
    }
  };
  if (shape.batch < 4) products(0, size_t(shape.batch));
  else parallelFor(size_t(shape.batch), grain, products);
}

}  // namespace octavo::OCTAVO_ISA
