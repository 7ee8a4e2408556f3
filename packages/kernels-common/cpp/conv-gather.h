#pragma once
#include <cstring>

#include "blocking.h"
#include "fill.h"
#include "shapes.h"

// Convolutions as products of matrices whose rows are gathered from an image, a few at a time.
namespace octavo::OCTAVO_ISA {

/**
 * One axis of a gather: output position u reads source position u · step + firstOffset + j · offsetStep for
 * its tap firstTap + j · tapStep, 0 ≤ j < taps, where that lies in [0, size); the result belongs at
 * firstResult + u · resultStep. Offsets ascend.
 */
struct GatherAxis {
  ptrdiff_t count, size, step, taps, firstTap, tapStep, firstOffset, offsetStep, firstResult, resultStep;

  ptrdiff_t source(ptrdiff_t u, ptrdiff_t j) const { return u * step + firstOffset + j * offsetStep; }

  /** Source positions from the first tap of the first to the last tap of the last of `outputs` outputs. */
  size_t reach(size_t outputs) const { return (outputs - 1) * size_t(step) + size_t(taps - 1) * size_t(offsetStep) + 1; }

  /** The j in [begin, end) read inside the source. */
  struct Range {
    ptrdiff_t begin, end;
  };
  Range inside(ptrdiff_t u) const {
    ptrdiff_t begin = 0, end = taps;
    while (begin < end && source(u, begin) < 0) ++begin;
    while (begin < end && source(u, end - 1) >= size) --end;
    return {begin, end};
  }
  /** The u in [begin, end) for which every tap reads inside the source. */
  Range whole() const {
    ptrdiff_t begin = 0, end = count;
    while (begin < end && source(begin, 0) < 0) ++begin;
    while (begin < end && source(end - 1, taps - 1) >= size) --end;
    return {begin, end};
  }
};

/** y of a convolution reads x: every tap, a stride apart. */
inline GatherAxis forwardAxis(int32_t in, int32_t out, int32_t kernel, int32_t stride, int32_t padding,
                              int32_t dilation) {
  return {out, in, stride, kernel, 0, 1, -ptrdiff_t(padding), dilation, 0, 1};
}

/**
 * x of a convolution reads y: x[h] meets y[u] by tap t where u · stride + t · dilation − padding = h. For the
 * h of one phase, modulo the stride, these are the same taps: every (stride / gcd(stride, dilation))-th, and
 * u moves with h.
 */
inline GatherAxis backwardAxis(int32_t in, int32_t out, int32_t kernel, int32_t stride, int32_t padding,
                               int32_t dilation, int32_t phase) {
  const ptrdiff_t count = phase < in ? (in - phase + stride - 1) / stride : 0;
  GatherAxis axis = {count, out, 1, 0, 0, -1, 0, 1, phase, stride};
  // From the last tap down, so that offsets ascend.
  for (ptrdiff_t tap = kernel; tap-- > 0;) {
    const ptrdiff_t distance = phase + padding - tap * dilation;
    if (distance % stride != 0) continue;
    const ptrdiff_t offset = distance / stride;
    if (axis.taps == 0) axis.firstTap = tap, axis.firstOffset = offset;
    if (axis.taps == 1) axis.tapStep = tap - axis.firstTap, axis.offsetStep = offset - axis.firstOffset;
    ++axis.taps;
  }
  return axis;
}

/** Rows of taps × channels for every output position, in the order batch, depth, height, width. */
struct Gather {
  GatherAxis depth, height, width;
  /** Channels read, of `pixelChannels` in a source pixel. */
  size_t channels, pixelChannels;

  size_t positions() const { return size_t(depth.count * height.count * width.count); }
  size_t taps() const { return size_t(depth.taps * height.taps * width.taps); }
  size_t rowElements() const { return taps() * channels; }
  size_t sourcePixels() const { return size_t(depth.size * height.size * width.size); }
  /** Whether row i is source pixel i: a product needs no gathering. */
  bool isIdentity() const { return isIdentity(depth) && isIdentity(height) && isIdentity(width); }

  /** Weights' tap, in the order depth, height, width, of a tap of the rows. */
  template <typename Body>
  void eachTap(const Spatial& kernel, const Body& body) const {
    size_t tap = 0;
    for (ptrdiff_t d = 0; d < depth.taps; ++d) {
      for (ptrdiff_t h = 0; h < height.taps; ++h) {
        for (ptrdiff_t w = 0; w < width.taps; ++w, ++tap) {
          const ptrdiff_t plane = (depth.firstTap + d * depth.tapStep) * kernel.height;
          const ptrdiff_t row = (plane + height.firstTap + h * height.tapStep) * kernel.width;
          body(tap, size_t(row + width.firstTap + w * width.tapStep));
        }
      }
    }
  }

 private:
  static bool isIdentity(const GatherAxis& axis) {
    return axis.taps == 1 && axis.step == 1 && axis.firstOffset == 0 && axis.count == axis.size &&
           axis.resultStep == 1;
  }
};

inline Gather forwardGather(const ConvShape& s) {
  return {forwardAxis(s.inSize.depth, s.outSize.depth, s.kernel.depth, s.stride.depth, s.padding.depth,
                      s.dilation.depth),
          forwardAxis(s.inSize.height, s.outSize.height, s.kernel.height, s.stride.height, s.padding.height,
                      s.dilation.height),
          forwardAxis(s.inSize.width, s.outSize.width, s.kernel.width, s.stride.width, s.padding.width,
                      s.dilation.width),
          size_t(s.inChannels / s.groups), size_t(s.inChannels)};
}

/** The gather of one phase of x, of as many as the strides' product. Not inlined: no inner loop. */
[[gnu::noinline]] inline Gather backwardGather(const ConvShape& s, size_t phase) {
  const auto axis = [&s, &phase](int32_t Spatial::*of) {
    const auto stride = size_t(s.stride.*of), its = phase % stride;
    phase /= stride;
    return backwardAxis(s.inSize.*of, s.outSize.*of, s.kernel.*of, s.stride.*of, s.padding.*of, s.dilation.*of, int32_t(its));
  };
  const GatherAxis width = axis(&Spatial::width), height = axis(&Spatial::height), depth = axis(&Spatial::depth);
  return {depth, height, width, size_t(s.outChannels / s.groups), size_t(s.outChannels)};
}

/** Calls `body` with the gather of every phase that has positions; together they cover x once. */
template <typename Body>
void eachBackwardGather(const ConvShape& s, const Body& body) {
  for (size_t phase = 0; phase < s.stride.volume(); ++phase) {
    const Gather gather = backwardGather(s, phase);
    if (gather.positions() > 0) body(gather);
  }
}

/** The place of an output position, walked through row by row. */
struct GatherCursor {
  size_t image;
  ptrdiff_t d, h, w;

  GatherCursor(const Gather& gather, size_t row) {
    const size_t width = size_t(gather.width.count), height = size_t(gather.height.count);
    w = ptrdiff_t(row % width);
    h = ptrdiff_t(row / width % height);
    d = ptrdiff_t(row / width / height % size_t(gather.depth.count));
    image = row / gather.positions();
  }

  /** Moves on by `columns`, at most to the beginning of the next row. */
  void next(const Gather& gather, ptrdiff_t columns = 1) {
    if ((w += columns) < gather.width.count) return;
    w = 0;
    if (++h < gather.height.count) return;
    h = 0;
    if (++d < gather.depth.count) return;
    d = 0;
    ++image;
  }

  /** Index of the result's pixel among `size` per image. */
  size_t resultPixel(const Gather& gather, const Spatial& size) const {
    const ptrdiff_t plane = gather.depth.firstResult + d * gather.depth.resultStep;
    const ptrdiff_t row = plane * size.height + gather.height.firstResult + h * gather.height.resultStep;
    return image * size.volume() +
           size_t(row * size.width + gather.width.firstResult + w * gather.width.resultStep);
  }
};

/**
 * One row of taps for `count` neighbouring outputs from column u, all reading the same line of the source.
 */
template <typename From, typename To, typename Copy>
inline void gatherLine(const Gather& gather, const From* line, ptrdiff_t u, ptrdiff_t count, To* to,
                       size_t stride, const Copy& copy, To outside) {
  const GatherAxis& width = gather.width;
  const size_t channels = gather.channels, elements = size_t(width.taps) * channels;
  const auto edge = [&] {
    const auto inside = width.inside(u);
    fill(to, size_t(inside.begin) * channels, outside);
    for (ptrdiff_t j = inside.begin; j < inside.end; ++j) {
      copy(line + width.source(u, j) * ptrdiff_t(gather.pixelChannels), to + size_t(j) * channels, channels);
    }
    fill(to + size_t(inside.end) * channels, size_t(width.taps - inside.end) * channels, outside);
  };
  // Where neighbouring taps are neighbours in memory, a row of them is one run.
  const bool runs = width.taps == 1 || (width.offsetStep == 1 && channels == gather.pixelChannels);
  const auto whole = width.whole();
  const ptrdiff_t last = u + count, wholeEnd = runs ? (whole.end < last ? whole.end : last) : u;
  for (; u < last && (u < whole.begin || !runs); ++u, to += stride) edge();
  for (; u < wholeEnd; ++u, to += stride) {
    copy(line + width.source(u, 0) * ptrdiff_t(gather.pixelChannels), to, elements);
  }
  for (; u < last; ++u, to += stride) edge();
}

/**
 * Writes rows [first, first + count) of a gather, `stride` elements apart, with `outside` for positions outside.
 * `copy(from, to, n)` moves n neighbouring elements of the source.
 */
template <typename From, typename To, typename Copy>
void gatherRows(const Gather& gather, const From* source, size_t first, size_t count, To* to, size_t stride,
                const Copy& copy, To outside = 0) {
  const GatherAxis &depth = gather.depth, &height = gather.height, &width = gather.width;
  const size_t tapRow = size_t(width.taps) * gather.channels;
  GatherCursor at(gather, first);
  while (count > 0) {
    const size_t columns = smallest(count, size_t(width.count - at.w));
    const From* const image = source + at.image * gather.sourcePixels() * gather.pixelChannels;
    To* out = to;
    for (ptrdiff_t jd = 0; jd < depth.taps; ++jd) {
      const ptrdiff_t d = depth.source(at.d, jd);
      for (ptrdiff_t jh = 0; jh < height.taps; ++jh, out += tapRow) {
        const ptrdiff_t h = height.source(at.h, jh);
        if (d < 0 || d >= depth.size || h < 0 || h >= height.size) {
          for (size_t i = 0; i < columns; ++i) fill(out + i * stride, tapRow, outside);
        } else {
          const From* const line = image + size_t((d * height.size + h) * width.size) * gather.pixelChannels;
          gatherLine(gather, line, at.w, ptrdiff_t(columns), out, stride, copy, outside);
        }
      }
    }
    to += columns * stride;
    count -= columns;
    at.next(gather, ptrdiff_t(columns));
  }
}

}  // namespace octavo::OCTAVO_ISA
