#pragma once
#include "conv-gather.h"
#include "conv-shape.h"
#include "workspace.h"

// Convolutions with one filter per channel, and their input gradients: direct, vectors of channels.
namespace octavo::OCTAVO_ISA {

/** Output pixels that share a weight in a register. */
constexpr size_t depthwisePixels = 4;

/** Filters (channels, kernel) as rows of channels, in the order of the gather's taps. */
inline void packDepthwise(const Gather& gather, const ConvShape& shape, const float* filters, float* to) {
  const size_t channels = size_t(shape.groups), taps = shape.kernel.volume();
  gather.eachTap(shape.kernel, [&](size_t tap, size_t weightTap) {
    for (size_t c = 0; c < channels; ++c) to[tap * channels + c] = filters[c * taps + weightTap];
  });
}

/** One row of output pixels: everything but its column. */
struct DepthwiseRow {
  const Gather& gather;
  size_t channels;
  const float *image, *weights, *start;
  float* to;
  ptrdiff_t d, h;
  /** Taps that read inside, and columns all of whose taps do. */
  GatherAxis::Range planes, lines, whole;

  /** `Pixels` neighbours from column u, channels from c; taps of the width in `columns`. */
  template <typename V, size_t Pixels>
  void pixels(ptrdiff_t u, GatherAxis::Range columns, size_t c) const {
    const GatherAxis &depth = gather.depth, &height = gather.height, &width = gather.width;
    V sum[Pixels];
    OCTAVO_UNROLL
    for (size_t p = 0; p < Pixels; ++p) sum[p] = start ? V::load(start + c) : V::broadcast(0);
    const size_t pixelStep = size_t(width.step) * channels, tapStep = size_t(width.offsetStep) * channels;
    for (ptrdiff_t jd = planes.begin; jd < planes.end; ++jd) {
      for (ptrdiff_t jh = lines.begin; jh < lines.end; ++jh) {
        const ptrdiff_t line = depth.source(d, jd) * height.size + height.source(h, jh);
        const float* from = image + size_t(line * width.size + width.source(u, columns.begin)) * channels + c;
        const float* by = weights + size_t((jd * height.taps + jh) * width.taps + columns.begin) * channels + c;
        for (ptrdiff_t j = columns.begin; j < columns.end; ++j, from += tapStep, by += channels) {
          const V weight = V::load(by);
          OCTAVO_UNROLL
          for (size_t p = 0; p < Pixels; ++p) sum[p] = multiplyAdd(V::load(from + p * pixelStep), weight, sum[p]);
        }
      }
    }
    const size_t resultStep = size_t(width.resultStep) * channels;
    OCTAVO_UNROLL
    for (size_t p = 0; p < Pixels; ++p) sum[p].store(to + size_t(u) * resultStep + p * resultStep + c);
  }

  template <typename V>
  void run(size_t c) const {
    const GatherAxis& width = gather.width;
    const GatherAxis::Range all = {0, width.taps};
    ptrdiff_t u = 0;
    for (; u < whole.begin && u < width.count; ++u) pixels<V, 1>(u, width.inside(u), c);
    for (; u + ptrdiff_t(depthwisePixels) <= whole.end; u += depthwisePixels) pixels<V, depthwisePixels>(u, all, c);
    for (; u < width.count; ++u) pixels<V, 1>(u, width.inside(u), c);
  }
};

/** result = start + gathered source ∗ filters per channel, where `bias` may be null and `size` is that of the result. */
inline void depthwise(
    const Gather& gather, const ConvShape& shape, const float* source, const float* filters, const float* bias, float* result,
    const Spatial& size) {
  const size_t channels = size_t(shape.groups);
  const Workspace<float> weights(gather.taps() * channels);
  packDepthwise(gather, shape, filters, weights.data());
  const size_t rows = size_t(shape.batch) * size_t(gather.depth.count * gather.height.count);
  const size_t products = size_t(gather.width.count) * channels * (gather.taps() + 1);
  const auto whole = gather.width.whole();
  parallelFor(rows, 1 + depthwiseTaskProducts / products, [&](size_t begin, size_t end) {
    for (size_t row = begin; row < end; ++row) {
      const GatherCursor at(gather, row * size_t(gather.width.count));
      const float* const image = source + at.image * gather.sourcePixels() * channels;
      const DepthwiseRow work = {gather, channels, image, weights.data(), bias,
                                 result + at.resultPixel(gather, size) * channels, at.d, at.h,
                                 gather.depth.inside(at.d), gather.height.inside(at.h), whole};
      size_t c = 0;
      for (; c + Vector::width <= channels; c += Vector::width) work.run<Vector>(c);
      for (; c < channels; ++c) work.run<Scalar>(c);
    }
  });
}

}  // namespace octavo::OCTAVO_ISA
