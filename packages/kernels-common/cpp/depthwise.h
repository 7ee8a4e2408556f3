#pragma once
#include "conv-shape.h"
#include "depthwise-band.h"

// Convolutions with one filter per channel, and their input gradients: direct, vectors of channels.
namespace octavo::OCTAVO_ISA {

/** Outputs that share weights in registers. */
constexpr size_t depthwisePixels = 4;

/** Filters (channels, kernel) as rows of channels, in the order of the gather's taps. */
inline void packDepthwise(const Gather& gather, const ConvShape& shape, const float* filters, float* to) {
  const size_t channels = size_t(shape.groups), taps = shape.kernel.volume();
  gather.eachTap(shape.kernel, [&](size_t tap, size_t weightTap) {
    for (size_t c = 0; c < channels; ++c) to[tap * channels + c] = filters[c * taps + weightTap];
  });
}

/** `Pixels` neighbouring outputs of `Vectors` vectors of channels; `start` may be null. */
template <typename V, size_t Vectors, size_t Pixels>
inline void depthwiseTile(size_t taps, const float* from, const size_t* tapOffsets, size_t pixelStep,
                          const float* weights, size_t channels, const float* start, float* to,
                          size_t toStep) {
  V sum[Pixels][Vectors];
  OCTAVO_UNROLL
  for (size_t p = 0; p < Pixels; ++p) {
    OCTAVO_UNROLL
    for (size_t v = 0; v < Vectors; ++v) sum[p][v] = start ? V::load(start + v * V::width) : V::broadcast(0);
  }
  for (size_t tap = 0; tap < taps; ++tap, weights += channels) {
    const float* const at = from + tapOffsets[tap];
    V weight[Vectors];
    OCTAVO_UNROLL
    for (size_t v = 0; v < Vectors; ++v) weight[v] = V::load(weights + v * V::width);
    OCTAVO_UNROLL
    for (size_t p = 0; p < Pixels; ++p) {
      OCTAVO_UNROLL
      for (size_t v = 0; v < Vectors; ++v) {
        sum[p][v] = multiplyAdd(V::load(at + p * pixelStep + v * V::width), weight[v], sum[p][v]);
      }
    }
  }
  OCTAVO_UNROLL
  for (size_t p = 0; p < Pixels; ++p) {
    OCTAVO_UNROLL
    for (size_t v = 0; v < Vectors; ++v) sum[p][v].store(to + p * toStep + v * V::width);
  }
}

/**
 * result = start + gathered source ∗ filters per channel, where `bias` may be null and `size` is that of the
 * result.
 */
inline void depthwise(const Gather& gather, const ConvShape& shape, const float* source, const float* filters,
                      const float* bias, float* result, const Spatial& size) {
  const size_t channels = size_t(shape.groups), images = size_t(shape.batch), taps = gather.taps();
  if (taps == 0) {
    // Positions that a strided convolution never read.
    const GatherCursor end(gather, images * gather.positions());
    for (GatherCursor at(gather, 0); at.image < end.image; at.next(gather)) {
      std::memset(result + at.resultPixel(gather, size) * channels, 0, channels * sizeof(float));
    }
    return;
  }
  const Workspace<float> weights(taps * channels);
  packDepthwise(gather, shape, filters, weights.data());
  const DepthwiseBand<1> band(gather, images, channels, channels, sizeof(float));
  const Workspace<size_t> offsets(taps);
  const size_t widthTaps = size_t(gather.width.taps), heightTaps = size_t(gather.height.taps);
  for (size_t tap = 0; tap < taps; ++tap) {
    const size_t line = tap / widthTaps % heightTaps * size_t(gather.height.offsetStep);
    offsets.data()[tap] = band.offset(tap / widthTaps / heightTaps, line, tap % widthTaps);
  }
  const size_t width = size_t(gather.width.count);
  const size_t step = size_t(gather.width.step) * channels,
               toStep = size_t(gather.width.resultStep) * channels;
  const auto copy = [](const float* const* rows, float* to, size_t n) {
    std::memcpy(to, rows[0], n * sizeof(float));
  };
  eachDepthwiseRow<float>(band, images, source, size, copy, [&](const float* from, size_t, size_t pixel) {
    float* const to = result + pixel * channels;
    const auto tile = [&]<typename V, size_t Vectors, size_t Pixels>(size_t u, size_t c) {
      depthwiseTile<V, Vectors, Pixels>(taps, from + u * step + c, offsets.data(), step, weights.data() + c,
                                        channels, bias ? bias + c : nullptr, to + u * toStep + c, toStep);
    };
    const auto strip = [&]<typename V, size_t Vectors>(size_t c) {
      size_t u = 0;
      for (; u + depthwisePixels <= width; u += depthwisePixels) {
        tile.template operator()<V, Vectors, depthwisePixels>(u, c);
      }
      for (; u < width; ++u) tile.template operator()<V, Vectors, 1>(u, c);
    };
    size_t c = 0;
    for (; c + 2 * Vector::width <= channels; c += 2 * Vector::width) strip.template operator()<Vector, 2>(c);
    for (; c + Vector::width <= channels; c += Vector::width) strip.template operator()<Vector, 1>(c);
    for (; c < channels; ++c) strip.template operator()<Scalar, 1>(c);
  });
}

}  // namespace octavo::OCTAVO_ISA
