#pragma once
#include "clamp-epilogue.h"
#include "conv-gather.h"
#include "conv-shape.h"
#include "fill.h"
#include "threads.h"
#include "workspace.h"

// Convolutions with one filter per channel, and their input gradients: direct, so many channels at a time that the lines which
// an output reads stay in the first-level cache until all outputs have read them.
namespace octavo::OCTAVO_ISA {

/** Channels that are computed together. */
constexpr size_t depthwiseChannels = 2 * Vector::width;
/** Outputs that share weights in registers. */
constexpr size_t depthwisePixels = 4;
/** Bytes of the lines: most of a first-level cache. */
constexpr size_t depthwiseLineBytes = size_t(24) << 10;

/** Packed filters of so many channels. */
inline size_t depthwiseFloats(size_t taps, size_t channels) { return taps * roundUp(channels, depthwiseChannels); }

/** Filters (channels, kernel) as (block, tap, channel of the block), taps in the order of the gather; zeros fill the last block. */
inline void packDepthwise(const Gather& gather, const ConvShape& shape, const float* filters, float* to) {
  const size_t channels = size_t(shape.groups), taps = shape.kernel.volume();
  clear(to, depthwiseFloats(gather.taps(), channels));
  gather.eachTap(shape.kernel, [&](size_t tap, size_t weightTap) {
    for (size_t c = 0; c < channels; ++c) {
      const size_t row = c / depthwiseChannels * gather.taps() + tap;
      to[row * depthwiseChannels + c % depthwiseChannels] = filters[c * taps + weightTap];
    }
  });
}

/** Outputs that lie next to each other: where each tap of the first one reads, and how far those of the next are. */
struct DepthwiseReads {
  const float* const* taps;
  size_t count, pixelStep;
};

/** `depthwisePixels` neighbouring outputs of `depthwiseChannels`, clamped. */
inline void depthwiseTile(const DepthwiseReads& reads, size_t from, const float* weights, const float* start,
                          ClampEpilogue clamp, float* to, size_t toStep) {
  constexpr size_t width = Vector::width;
  Vector sum[depthwisePixels][2];
  OCTAVO_UNROLL
  for (size_t p = 0; p < depthwisePixels; ++p) {
    OCTAVO_UNROLL
    for (size_t v = 0; v < 2; ++v) sum[p][v] = Vector::load(start + v * width);
  }
  for (size_t tap = 0; tap < reads.count; ++tap, weights += depthwiseChannels) {
    const float* const at = reads.taps[tap] + from;
    const Vector weight[2] = {Vector::load(weights), Vector::load(weights + width)};
    OCTAVO_UNROLL
    for (size_t p = 0; p < depthwisePixels; ++p) {
      OCTAVO_UNROLL
      for (size_t v = 0; v < 2; ++v) {
        sum[p][v] = multiplyAdd(Vector::load(at + p * reads.pixelStep + v * width), weight[v], sum[p][v]);
      }
    }
  }
  OCTAVO_UNROLL
  for (size_t p = 0; p < depthwisePixels; ++p, to += toStep) {
    OCTAVO_UNROLL
    for (size_t v = 0; v < 2; ++v) clamp.apply(sum[p][v]).store(to + v * width);
  }
}

/** The lines of a source that a row of outputs reads, as pixels of a strip of its channels, zeros where the image ends. */
class DepthwiseLines {
  const Gather& gather;
  const size_t columns, rows;

  size_t count() const { return size_t(gather.depth.taps) * rows; }

 public:
  /** Elements of a pixel: the most channels of a strip. */
  const size_t stride;

 private:
  const Workspace<float> lines;
  /** Of each line: the row of the source that it holds, or −1. */
  const Workspace<ptrdiff_t> held;

  size_t lineFloats() const { return columns * stride; }
  /** Of a row of outputs, or of a whole tile where that is shorter. */
  static size_t columnsOf(const Gather& of) {
    const size_t outputs = size_t(of.width.count);
    return of.width.reach(outputs < depthwisePixels ? depthwisePixels : outputs);
  }

  void copy(const float* line, size_t channels, float* to) const {
    const GatherAxis& width = gather.width;
    const ptrdiff_t left = width.source(0, 0), first = left < 0 ? 0 : left;
    const size_t before = left < 0 ? smallest(size_t(-left), columns) : 0;
    const size_t inside = width.size > first ? smallest(columns - before, size_t(width.size - first)) : 0;
    clear(to, before * stride);
    to += before * stride;
    const float* from = line + size_t(first) * gather.pixelChannels;
    for (size_t i = 0; i < inside; ++i, from += gather.pixelChannels, to += stride) {
      size_t c = 0;
      for (; c + depthwiseChannels <= channels; c += depthwiseChannels) {
        OCTAVO_UNROLL
        for (size_t v = 0; v < depthwiseChannels; v += Vector::width) Vector::load(from + c + v).store(to + c + v);
      }
      for (; c < channels; ++c) to[c] = from[c];
    }
    clear(to, (columns - before - inside) * stride);
  }

 public:
  DepthwiseLines(const Gather& of, size_t channels)
      : gather(of),
        columns(columnsOf(of)),
        rows(of.height.reach(1)),
        stride(roundUp(channels, depthwiseChannels)),
        lines((count() + 1) * lineFloats()),
        held(count()) {
    // The last line stays like this. What lies beyond the channels of a strip is read, but not stored.
    clear(lines.data(), (count() + 1) * lineFloats());
  }

  /** Channels of a strip whose lines fit the cache. */
  static size_t fittingChannels(const Gather& of) {
    const size_t lines = size_t(of.depth.taps) * of.height.reach(1);
    const size_t fitting = depthwiseLineBytes / (lines * columnsOf(of) * sizeof(float));
    return fitting < depthwiseChannels ? depthwiseChannels : fitting / depthwiseChannels * depthwiseChannels;
  }

  /** Before another strip or image. */
  void forget() const {
    for (size_t i = 0; i < count(); ++i) held.data()[i] = -1;
  }

  /** Where the taps of the first output of a row read; `image` from the strip's first channel. */
  void open(const float* image, size_t channels, const GatherCursor& at, const float** taps) const {
    const GatherAxis &depth = gather.depth, &height = gather.height, &width = gather.width;
    for (ptrdiff_t plane = 0; plane < depth.taps; ++plane) {
      const ptrdiff_t p = depth.source(at.d, plane);
      for (ptrdiff_t line = 0; line < height.taps; ++line) {
        const ptrdiff_t row = height.source(at.h, line);
        const bool inside = p >= 0 && p < depth.size && row >= 0 && row < height.size;
        const size_t slot = inside ? size_t(plane) * rows + size_t(row) % rows : count();
        float* const to = lines.data() + slot * lineFloats();
        if (inside && held.data()[slot] != row) {
          held.data()[slot] = row;
          copy(image + size_t((p * height.size + row) * width.size) * gather.pixelChannels, channels, to);
        }
        for (ptrdiff_t tap = 0; tap < width.taps; ++tap) *taps++ = to + size_t(tap * width.offsetStep) * stride;
      }
    }
  }
};

/**
 * result = bias + gathered source ∗ filters per channel, clamped; filters as `packDepthwise` packs them, `bias` may be null,
 * `size` is that of the result.
 */
inline void depthwise(const Gather& gather, const ConvShape& shape, const float* source, const float* filters,
                      const float* bias, ClampEpilogue clamp, float* result, const Spatial& size) {
  const size_t channels = size_t(shape.groups), images = size_t(shape.batch), taps = gather.taps();
  if (taps == 0) {
    // Positions that a strided convolution never read.
    const GatherCursor end(gather, images * gather.positions());
    for (GatherCursor at(gather, 0); at.image < end.image; at.next(gather)) {
      std::memset(result + at.resultPixel(gather, size) * channels, 0, channels * sizeof(float));
    }
    return;
  }
  if (images == 0) return;
  const size_t padded = roundUp(channels, depthwiseChannels);
  const Workspace<float> start(padded);
  clear(start.data(), padded);
  if (bias) std::memcpy(start.data(), bias, channels * sizeof(float));
  const size_t width = size_t(gather.width.count), height = size_t(gather.height.count);
  const size_t planes = images * size_t(gather.depth.count);
  const size_t strip = roundUp(divideUp(channels, divideUp(channels, DepthwiseLines::fittingChannels(gather))), depthwiseChannels);
  const size_t strips = divideUp(channels, strip);
  // Each band copies the lines between it and the one before again, so that there are few: one for each thread where products
  // are cut by rows too, as a thread then reads what it has written; more where threads would have too little.
  const size_t enough = sharers() > 1 ? 2 * sharers() : 1, byRows = height * width > maxRowBlock ? sharers() : 1;
  const size_t bands = smallest(height, largest(divideUp(byRows, planes), divideUp(enough, planes * strips)));
  const size_t toStep = size_t(gather.width.resultStep) * channels;
  const size_t grain = grainOf(depthwiseTaskProducts, uint64_t(divideUp(height, bands)) * width * taps * strip);
  parallelForEvenly(planes * bands * strips, grain, [&](size_t begin, size_t end) {
    const DepthwiseLines lines(gather, strip);
    const Workspace<const float*> tapReads(taps);
    const DepthwiseReads reads = {tapReads.data(), taps, size_t(gather.width.step) * lines.stride};
    const size_t pixels = smallest(width, depthwisePixels);
    // A tile that is not stored whole.
    float part[depthwisePixels * depthwiseChannels];
    for (size_t task = begin; task < end; ++task) {
      const size_t first = task % strips * strip, count = smallest(strip, channels - first);
      const size_t band = task / strips % bands, plane = task / strips / bands;
      const size_t firstRow = pieceStart(band, height, bands), endRow = pieceStart(band + 1, height, bands);
      lines.forget();
      GatherCursor at(gather, (plane * height + firstRow) * width);
      const float* const image = source + at.image * gather.sourcePixels() * channels + first;
      for (size_t h = firstRow; h < endRow; ++h, at.next(gather, ptrdiff_t(width))) {
        lines.open(image, count, at, tapReads.data());
        float* const to = result + at.resultPixel(gather, size) * channels + first;
        for (size_t c = 0; c < count; c += depthwiseChannels) {
          const size_t lanes = smallest(depthwiseChannels, count - c);
          const bool whole = lanes == depthwiseChannels && pixels == depthwisePixels;
          const auto tiles = [&](const auto& tile) {
            const float* const weights = filters + (first + c) * taps;
            const float* const from = start.data() + first + c;
            // The last tile begins early rather than end late: what it computes again are the same bits.
            for (size_t i = 0; i < width; i += depthwisePixels) tile(smallest(i, width - pixels), weights, from);
          };
          if (whole) {
            tiles([&](size_t u, const float* weights, const float* from) {
              depthwiseTile(reads, u * reads.pixelStep + c, weights, from, clamp, to + u * toStep + c, toStep);
            });
          } else {
            tiles([&](size_t u, const float* weights, const float* from) {
              depthwiseTile(reads, u * reads.pixelStep + c, weights, from, clamp, part, depthwiseChannels);
              for (size_t p = 0; p < pixels; ++p) {
                std::memcpy(to + (u + p) * toStep + c, part + p * depthwiseChannels, lanes * sizeof(float));
              }
            });
          }
        }
      }
    }
  });
}

}  // namespace octavo::OCTAVO_ISA
