#pragma once
#include "depthwise-band.h"
#include "quantized-conv-pack.h"
#include "quantized-conv-rows.h"

// Quantized convolutions with one filter per channel: direct, on centred copies of the rows that they read.
namespace octavo::OCTAVO_ISA {

/** Outputs that are computed together. */
constexpr size_t depthwiseDotPixels = 4;

/** `Pixels` neighbouring results of one block of channels. */
template <size_t Pixels>
inline void depthwiseDots(size_t taps, const int16_t* x, const size_t* tapOffsets, size_t pixelStep,
                          const int16_t* weights, const Requantizer& requantizer, uint8_t* y, size_t yStep,
                          size_t count) {
  constexpr size_t vectors = DepthwiseDot::channels / Vector::width;
  IntVector sum[Pixels][vectors];
  OCTAVO_UNROLL
  for (size_t p = 0; p < Pixels; ++p) {
    OCTAVO_UNROLL
    for (size_t v = 0; v < vectors; ++v) sum[p][v] = IntVector::broadcast(0);
  }
  for (size_t tap = 0; tap < taps;
       tap += DepthwiseDot::taps, weights += DepthwiseDot::taps * DepthwiseDot::channels) {
    OCTAVO_UNROLL
    for (size_t p = 0; p < Pixels; ++p) {
      const int16_t* at[DepthwiseDot::taps];
      OCTAVO_UNROLL
      for (size_t i = 0; i < DepthwiseDot::taps; ++i) at[i] = x + p * pixelStep + tapOffsets[tap + i];
      DepthwiseDot::accumulate(at, weights, sum[p]);
    }
  }
  OCTAVO_UNROLL
  for (size_t p = 0; p < Pixels; ++p) {
    DepthwiseDot::inOrder(sum[p]);
    OCTAVO_UNROLL
    for (size_t v = 0; v < vectors; ++v) {
      sum[p][v] = requantizer.requantize<Vector>(sum[p][v], v * Vector::width);
    }
    storeBytes(sum[p], count, y + p * yStep);
  }
}

/**
 * y = requantize(gathered x ∗ weights per channel); `weights` as `packDepthwiseDots` packs them, in the
 * gather's order.
 */
inline void quantizedDepthwise(const Gather& gather, size_t batch, const Activations8& x, size_t channels,
                               const int16_t* weights, const Requantizer& requantizer, uint8_t* y,
                               const Spatial& ySize) {
  const size_t taps = gather.taps(), paddedTaps = roundUp(taps, DepthwiseDot::taps),
               width = size_t(gather.width.count);
  const DepthwiseBand band(gather, batch, channels, roundUp(channels, DepthwiseDot::channels),
                           sizeof(int16_t));
  const size_t step = size_t(gather.width.step) * band.stride,
               yStep = size_t(gather.width.resultStep) * channels;
  const Workspace<size_t> offsets(paddedTaps);
  // A tap beyond the last has weights of zero, and may read anywhere.
  for (size_t tap = 0; tap < paddedTaps; ++tap) offsets.data()[tap] = tap < taps ? band.tapOffset(tap) : 0;
  const auto copy = [&](const uint8_t* from, int16_t* to, size_t n) { x.centreRun(from, to, n); };
  eachDepthwiseRow<int16_t>(band, batch, x.data, ySize, copy, [&](const int16_t* from, size_t pixel) {
    for (size_t c = 0; c < channels; c += DepthwiseDot::channels) {
      const size_t count = smallest(DepthwiseDot::channels, channels - c);
      const Requantizer ofBlock = requantizer.from(c);
      const auto tile = [&]<size_t Pixels>(size_t u) {
        depthwiseDots<Pixels>(taps, from + u * step + c, offsets.data(), step, weights + c * paddedTaps,
                              ofBlock, y + pixel * channels + u * yStep + c, yStep, count);
      };
      size_t u = 0;
      for (; u + depthwiseDotPixels <= width; u += depthwiseDotPixels) {
        tile.template operator()<depthwiseDotPixels>(u);
      }
      for (; u < width; ++u) tile.template operator()<1>(u);
    }
  });
}

}  // namespace octavo::OCTAVO_ISA
