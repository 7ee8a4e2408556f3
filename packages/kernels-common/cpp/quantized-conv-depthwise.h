#pragma once
#include "quantized-conv-pack.h"
#include "quantized-conv-rows.h"

// Quantized convolutions with one filter per channel: direct, on centred copies of the rows that they read.
namespace octavo::OCTAVO_ISA {

/** int16 values of such a copy: it stays in the second-level cache. */
constexpr size_t depthwiseBand = 65536;
constexpr size_t depthwiseDotPixels = 2;

/** A copy of rows of one image: (depth taps, rows, columns, padded channels), zeros where the image ends. */
struct CentredBand {
  const Gather& gather;
  size_t channels, stride, columns;

  CentredBand(const Gather& of, size_t channelCount)
      : gather(of),
        channels(channelCount),
        stride(roundUp(channelCount, DepthwiseDot::channels)),
        columns(reach(of.width, size_t(of.width.count))) {}

  /** Source positions from the first tap of the first to the last tap of the last of `count` outputs. */
  static size_t reach(const GatherAxis& axis, size_t count) {
    return (count - 1) * size_t(axis.step) + size_t(axis.taps - 1) * size_t(axis.offsetStep) + 1;
  }
  size_t rows(size_t outputRows) const { return reach(gather.height, outputRows); }
  size_t elements(size_t outputRows) const {
    return size_t(gather.depth.taps) * rows(outputRows) * columns * stride;
  }
  /** Rows of the result for which the copy fits. */
  size_t outputRows() const {
    size_t count = size_t(gather.height.count);
    while (count > 1 && elements(count) > depthwiseBand) count = divideUp(count, 2);
    return count;
  }
  size_t offset(ptrdiff_t plane, size_t row, size_t column, size_t bandRows) const {
    return ((size_t(plane) * bandRows + row) * columns + column) * stride;
  }

  void fill(const Activations8& x, const uint8_t* image, ptrdiff_t d, ptrdiff_t firstRow, size_t bandRows, int16_t* to) const {
    const GatherAxis &depth = gather.depth, &height = gather.height, &width = gather.width;
    const ptrdiff_t left = width.source(0, 0);
    const size_t before = left < 0 ? smallest(size_t(-left), columns) : 0;
    const ptrdiff_t from = left < 0 ? 0 : left;
    const size_t inside = width.size > from ? smallest(columns - before, size_t(width.size - from)) : 0;
    for (ptrdiff_t plane = 0; plane < depth.taps; ++plane) {
      const ptrdiff_t sourcePlane = depth.source(d, plane);
      for (size_t row = 0; row < bandRows; ++row, to += columns * stride) {
        const ptrdiff_t sourceRow = height.source(firstRow, 0) + ptrdiff_t(row);
        const bool outside = sourcePlane < 0 || sourcePlane >= depth.size || sourceRow < 0 || sourceRow >= height.size;
        if (outside || inside == 0) {
          std::memset(to, 0, columns * stride * sizeof(int16_t));
          continue;
        }
        std::memset(to, 0, before * stride * sizeof(int16_t));
        const size_t pixel = size_t((sourcePlane * height.size + sourceRow) * width.size + from);
        int16_t* out = to + before * stride;
        if (channels == stride) {
          x.centreRun(image + pixel * channels, out, inside * channels);
        } else {
          for (size_t i = 0; i < inside; ++i) x.centreRun(image + (pixel + i) * channels, out + i * stride, channels);
        }
        std::memset(out + inside * stride, 0, (columns - before - inside) * stride * sizeof(int16_t));
      }
    }
  }
};

/** `Pixels` neighbouring results of one block of channels. */
template <size_t Pixels>
inline void depthwiseDots(
    size_t taps, const int16_t* x, const size_t* tapOffsets, size_t pixelStep, const int16_t* weights,
    const Requantizer& requantizer, uint8_t* y, size_t yStep, size_t count) {
  constexpr size_t vectors = DepthwiseDot::channels / Vector::width;
  IntVector sum[Pixels][vectors];
  OCTAVO_UNROLL
  for (size_t p = 0; p < Pixels; ++p) {
    OCTAVO_UNROLL
    for (size_t v = 0; v < vectors; ++v) sum[p][v] = IntVector::broadcast(0);
  }
  for (size_t tap = 0; tap < taps; tap += DepthwiseDot::taps, weights += DepthwiseDot::taps * DepthwiseDot::channels) {
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
    for (size_t v = 0; v < vectors; ++v) sum[p][v] = requantizer.requantize<Vector>(sum[p][v], v * Vector::width);
    storeBytes(sum[p], count, y + p * yStep);
  }
}

/** y = requantize(gathered x ∗ weights per channel); `weights` as `packDepthwiseDots` packs them, in the gather's order. */
inline void quantizedDepthwise(
    const Gather& gather, size_t batch, const Activations8& x, size_t channels, const int16_t* weights,
    const Requantizer& requantizer, uint8_t* y, const Spatial& ySize) {
  const GatherAxis &height = gather.height, &width = gather.width;
  const CentredBand band(gather, channels);
  const size_t taps = gather.taps(), paddedTaps = roundUp(taps, DepthwiseDot::taps);
  const size_t bandOutputs = band.outputRows(), bandRows = band.rows(bandOutputs);
  const size_t bands = divideUp(size_t(height.count), bandOutputs), planes = size_t(gather.depth.count);
  const size_t pixelStep = size_t(width.step) * band.stride, yStep = size_t(width.resultStep) * channels;
  const Workspace<size_t> offsets(paddedTaps);
  for (size_t tap = 0; tap < paddedTaps; ++tap) {
    const auto inPlane = ptrdiff_t(tap % size_t(height.taps * width.taps));
    const size_t row = size_t(inPlane / width.taps * height.offsetStep), column = size_t(inPlane % width.taps * width.offsetStep);
    // A tap beyond the last has weights of zero, and may read anywhere.
    offsets.data()[tap] = tap < taps ? band.offset(ptrdiff_t(tap) / (height.taps * width.taps), row, column, bandRows) : 0;
  }
  const size_t products = bandOutputs * size_t(width.count) * taps * channels;
  parallelFor(batch * planes * bands, 1 + depthwiseTaskProducts / products, [&](size_t begin, size_t end) {
    const Workspace<int16_t> copy(band.elements(bandOutputs));
    for (size_t task = begin; task < end; ++task) {
      const auto firstRow = ptrdiff_t(task % bands * bandOutputs), d = ptrdiff_t(task / bands % planes);
      const uint8_t* const image = x.data + task / bands / planes * gather.sourcePixels() * channels;
      const size_t outputs = smallest(bandOutputs, size_t(height.count - firstRow));
      band.fill(x, image, d, firstRow, bandRows, copy.data());
      for (size_t row = 0; row < outputs; ++row) {
        const size_t position = (task / bands * size_t(height.count) + size_t(firstRow) + row) * size_t(width.count);
        uint8_t* const to = y + GatherCursor(gather, position).resultPixel(gather, ySize) * channels;
        const int16_t* const from = copy.data() + row * size_t(height.step) * band.columns * band.stride;
        for (size_t c = 0; c < channels; c += DepthwiseDot::channels) {
          const size_t count = smallest(DepthwiseDot::channels, channels - c);
          const int16_t* const by = weights + c * paddedTaps;
          const Requantizer ofBlock = requantizer.from(c);
          size_t u = 0;
          for (; u + depthwiseDotPixels <= size_t(width.count); u += depthwiseDotPixels) {
            depthwiseDots<depthwiseDotPixels>(taps, from + u * pixelStep + c, offsets.data(), pixelStep, by, ofBlock,
                                              to + u * yStep + c, yStep, count);
          }
          for (; u < size_t(width.count); ++u) {
            depthwiseDots<1>(taps, from + u * pixelStep + c, offsets.data(), pixelStep, by, ofBlock, to + u * yStep + c, yStep, count);
          }
        }
      }
    }
  });
}

}  // namespace octavo::OCTAVO_ISA
