#pragma once
#include "depthwise.h"

// Gradient of the filters of a depthwise convolution: direct, vectors of channels.
namespace octavo::OCTAVO_ISA {

/** Rows of output pixels are summed in this many parts at most, by shape alone; then the parts in order. */
constexpr size_t maxDepthwiseParts = 16;

/** One row of dy (width × channels) against one row of x, for one row of taps. */
struct DepthwiseGradientRow {
  const GatherAxis& width;
  size_t channels;
  const float *x, *dy;
  /** taps × channels. */
  float* sums;

  /** Output columns for which tap j reads inside x. */
  GatherAxis::Range reach(ptrdiff_t j) const {
    ptrdiff_t begin = 0, end = width.count;
    while (begin < end && width.source(begin, j) < 0) ++begin;
    while (begin < end && width.source(end - 1, j) >= width.size) --end;
    return {begin, end};
  }

  /**
   * `Taps` neighbouring taps from j, for `Vectors` vectors of channels from c; in `common` columns all of
   * them reach.
   */
  template <typename V, size_t Vectors, size_t Taps>
  void strip(ptrdiff_t j, size_t c, const GatherAxis::Range (&ranges)[Taps], GatherAxis::Range common) const {
    V sum[Taps][Vectors];
    OCTAVO_UNROLL
    for (size_t t = 0; t < Taps; ++t) {
      OCTAVO_UNROLL
      for (size_t v = 0; v < Vectors; ++v) {
        sum[t][v] = V::load(sums + (size_t(j) + t) * channels + c + v * V::width);
      }
    }
    const auto add = [&](size_t t, ptrdiff_t u) {
      const float* const by = dy + size_t(u) * channels + c;
      const float* const from = x + size_t(width.source(u, j + ptrdiff_t(t))) * channels + c;
      OCTAVO_UNROLL
      for (size_t v = 0; v < Vectors; ++v) {
        sum[t][v] = multiplyAdd(V::load(from + v * V::width), V::load(by + v * V::width), sum[t][v]);
      }
    };
    for (ptrdiff_t u = common.begin; u < common.end; ++u) {
      OCTAVO_UNROLL
      for (size_t t = 0; t < Taps; ++t) add(t, u);
    }
    OCTAVO_UNROLL
    for (size_t t = 0; t < Taps; ++t) {
      for (ptrdiff_t u = ranges[t].begin; u < ranges[t].end && u < common.begin; ++u) add(t, u);
      for (ptrdiff_t u = common.end > ranges[t].begin ? common.end : ranges[t].begin; u < ranges[t].end; ++u) {
        add(t, u);
      }
      OCTAVO_UNROLL
      for (size_t v = 0; v < Vectors; ++v) {
        sum[t][v].store(sums + (size_t(j) + t) * channels + c + v * V::width);
      }
    }
  }

  template <size_t Taps>
  void taps(ptrdiff_t j) const {
    GatherAxis::Range ranges[Taps], common = {0, width.count};
    for (size_t t = 0; t < Taps; ++t) {
      ranges[t] = reach(j + ptrdiff_t(t));
      if (ranges[t].begin > common.begin) common.begin = ranges[t].begin;
      if (ranges[t].end < common.end) common.end = ranges[t].end;
    }
    if (common.end < common.begin) common.end = common.begin;
    size_t c = 0;
    for (; c + 2 * Vector::width <= channels; c += 2 * Vector::width) strip<Vector, 2>(j, c, ranges, common);
    for (; c + Vector::width <= channels; c += Vector::width) strip<Vector, 1>(j, c, ranges, common);
    for (; c < channels; ++c) strip<Scalar, 1>(j, c, ranges, common);
  }

  void run() const {
    ptrdiff_t j = 0;
    for (; j + 3 <= width.taps; j += 3) taps<3>(j);
    if (width.taps - j == 2) taps<2>(j);
    if (width.taps - j == 1) taps<1>(j);
  }
};

inline void depthwiseWeightGradient(const Gather& gather, const ConvShape& shape, const float* x,
                                    const float* dy, float* dWeight) {
  const GatherAxis &depth = gather.depth, &height = gather.height, &width = gather.width;
  const size_t channels = size_t(shape.groups), taps = gather.taps();
  const size_t rows = size_t(shape.batch) * size_t(depth.count * height.count);
  const size_t parts = smallest(divideUp(rows, 8), maxDepthwiseParts),
               partRows = divideUp(rows, parts < 1 ? 1 : parts);
  const Workspace<float> sums(parts * taps * channels);
  parallelFor(parts, 1, [&](size_t firstPart, size_t lastPart) {
    for (size_t part = firstPart; part < lastPart; ++part) {
      float* const partSums = sums.data() + part * taps * channels;
      std::memset(partSums, 0, taps * channels * sizeof(float));
      for (size_t row = part * partRows; row < smallest(rows, (part + 1) * partRows); ++row) {
        const GatherCursor at(gather, row * size_t(width.count));
        const float* const image = x + at.image * gather.sourcePixels() * channels;
        const auto planes = depth.inside(at.d), lines = height.inside(at.h);
        for (ptrdiff_t jd = planes.begin; jd < planes.end; ++jd) {
          for (ptrdiff_t jh = lines.begin; jh < lines.end; ++jh) {
            const ptrdiff_t line = depth.source(at.d, jd) * height.size + height.source(at.h, jh);
            const DepthwiseGradientRow work = {
                width, channels, image + size_t(line * width.size) * channels,
                dy + row * size_t(width.count) * channels,
                partSums + size_t((jd * height.taps + jh) * width.taps) * channels};
            work.run();
          }
        }
      }
    }
  });
  for (size_t c = 0; c < channels; ++c) {
    for (size_t tap = 0; tap < taps; ++tap) {
      float sum = 0;
      for (size_t part = 0; part < parts; ++part) sum += sums.data()[(part * taps + tap) * channels + c];
      dWeight[c * taps + tap] = sum;
    }
  }
}

}  // namespace octavo::OCTAVO_ISA
