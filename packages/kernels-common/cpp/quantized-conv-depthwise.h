#pragma once
#include "depthwise-band.h"
#include "quantized-conv-method.h"

// Quantized convolutions with one filter per channel: direct, on centred copies of the rows that they read.
namespace octavo::OCTAVO_ISA {

/** Outputs that are computed together. */
constexpr size_t depthwiseDotPixels = 4;

/** `Pixels` neighbouring results of one block of channels; `groups` of taps at `offsets` from x. */
template <size_t Pixels>
inline void depthwiseDots(size_t groups, const int16_t* x, const size_t* offsets, size_t pixelStep,
                          const int16_t* weights, const Requantizer& requantizer, uint8_t* y, size_t yStep,
                          size_t count) {
  constexpr size_t vectors = DepthwiseDot::channels / Vector::width;
  IntVector sum[Pixels][vectors];
  OCTAVO_UNROLL
  for (size_t p = 0; p < Pixels; ++p) {
    OCTAVO_UNROLL
    for (size_t v = 0; v < vectors; ++v) sum[p][v] = IntVector::broadcast(0);
  }
  for (size_t group = 0; group < groups; ++group, weights += DepthwiseDot::taps * DepthwiseDot::channels) {
    const int16_t* const at = x + offsets[group];
    OCTAVO_UNROLL
    for (size_t p = 0; p < Pixels; ++p) DepthwiseDot::accumulate(at + p * pixelStep, weights, sum[p]);
  }
  OCTAVO_UNROLL
  for (size_t p = 0; p < Pixels; ++p) DepthwiseDot::inOrder(sum[p]);
  storeRows(requantizer, sum, count, [&](size_t p) { return y + p * yStep; });
}

/**
 * y = requantize(gathered x ∗ weights per channel); `weights` as `packDepthwiseDots` packs them, in the
 * gather's order.
 */
inline void quantizedDepthwise(const Gather& gather, size_t batch, const Activations8& x, size_t channels,
                               const int16_t* weights, const Requantizer& requantizer, uint8_t* y,
                               const Spatial& ySize) {
  constexpr size_t together = DepthwiseTaps::together, block = DepthwiseDot::channels;
  const DepthwiseTaps taps = depthwiseTaps(gather);
  const DepthwiseBand<together> band(gather, batch, channels, together * roundUp(channels, block),
                                     sizeof(int16_t));
  const size_t width = size_t(gather.width.count), step = size_t(gather.width.step) * band.stride,
               yStep = size_t(gather.width.resultStep) * channels;
  struct Phase {
    size_t groups;
    const size_t* offsets;
    const int16_t* weights;
  } phases[together];
  size_t groups = 0;
  for (size_t phase = 0; phase < together; ++phase) groups += taps.groups(phase);
  const Workspace<size_t> offsets(groups);
  size_t* next = offsets.data();
  for (size_t phase = 0; phase < together; ++phase) {
    phases[phase] = {taps.groups(phase), next, weights + taps.elements(phase, channels)};
    taps.each(phase, [&](size_t plane, size_t line, size_t widthTap, const size_t*) {
      *next++ = band.offset(plane, line, widthTap);
    });
  }
  const auto copy = [&](const uint8_t* const* rows, int16_t* to, size_t n) { x.arrangeRun(rows, to, n); };
  eachDepthwiseRow<int16_t>(band, batch, x.data, ySize, copy, [&](const int16_t* from, size_t at, size_t pixel) {
    const Phase& phase = phases[at];
    for (size_t c = 0; c < channels; c += block) {
      const size_t count = smallest(block, channels - c);
      const Requantizer ofBlock = requantizer.from(c);
      const int16_t* const ofChannels = phase.weights + c * together * phase.groups;
      const auto tile = [&]<size_t Pixels>(size_t u) {
        depthwiseDots<Pixels>(phase.groups, from + u * step + c * together, phase.offsets, step, ofChannels,
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

struct DepthwiseMethod {
  static constexpr const char* name = "depthwise";
  static bool takes(const ConvFacts& facts) { return isDepthwise(facts.shape); }
  static size_t bytes(const ConvShape& shape) {
    return depthwiseTaps(shape).elements(size_t(shape.groups)) * sizeof(int16_t);
  }
  static void pack(const ConvFacts& facts, uint8_t* packed) {
    const auto at = [&](size_t tap, size_t channel) { return facts.weight(channel, tap); };
    packDepthwiseDots(depthwiseTaps(facts.shape), facts.channels(), at, reinterpret_cast<int16_t*>(packed));
  }
  static void run(const ConvCall& call) {
    quantizedDepthwise(forwardGather(call.shape), size_t(call.shape.batch), call.x,
                       size_t(call.shape.outChannels), call.packedAs<int16_t>(), call.requantizer, call.y,
                       call.shape.outSize);
  }
};

}  // namespace octavo::OCTAVO_ISA
