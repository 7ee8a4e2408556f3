#pragma once
#include "failure.h"
#include "gemm-by-depth.h"
#include "shapes.h"
#include "span.h"

namespace octavo::OCTAVO_ISA {

/** The sum is split over threads only when it is this deep and the result this small. */
constexpr size_t deepProduct = 4096, smallResult = size_t(1) << 16;

/** One product of the batch. `start` is the bias row in whole panels, or null to add to c. */
inline void gemmOne(const float* a, const float* b, const float* start, float* c, const GemmShape& shape) {
  const size_t m = size_t(shape.m), n = size_t(shape.n), k = size_t(shape.k);
  const Left left = shape.transposeA ? Left{a, 1, m} : Left{a, k, 1};
  if (k >= deepProduct && m * n <= smallResult && !shape.transposeB) {
    if (start) {
      for (size_t i = 0; i < m; ++i) std::memcpy(c + i * n, start, n * sizeof(float));
    }
    return gemmByDepth(m, n, k, left, MatrixSlices{b, n, n}, c, n, true);
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

  const Workspace<float> start(roundUp(n, panelColumns));
  std::memset(start.data(), 0, roundUp(n, panelColumns) * sizeof(float));
  if (bias) std::memcpy(start.data(), bias.data, n * sizeof(float));
  const size_t grain = 1 + taskProducts / (1 + m * n * k);
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
