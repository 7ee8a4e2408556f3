#pragma once
#include "conv-gather.h"
#include "threads.h"
#include "workspace.h"

// What the direct kernels of depthwise convolutions read: copies of the source with its border, so that every
// tap of every output lies at a fixed distance.
namespace octavo::OCTAVO_ISA {

/** Bytes of such a copy: it stays in the second-level cache. */
constexpr size_t depthwiseBandBytes = size_t(1) << 17;

/**
 * Rows of one image, `Together` at a time: (depth taps, lines, columns, stride) elements, zeros where the image
 * ends.
 */
template <size_t Together>
struct DepthwiseBand {
  const Gather& gather;
  /** Channels, and elements of a pixel of a line. */
  size_t channels, stride;
  size_t columns, outputRows, lines;

  DepthwiseBand(const Gather& of, size_t images, size_t channelCount, size_t pixelElements,
                size_t elementBytes)
      : gather(of),
        channels(channelCount),
        stride(pixelElements),
        columns(of.width.reach(size_t(of.width.count))) {
    constexpr size_t fewTasks = 8, fewRows = 4;
    const size_t height = size_t(of.height.count);
    const size_t share = divideUp(images * size_t(of.depth.count) * height, fewTasks);
    outputRows = smallest(height, share < fewRows ? fewRows : share);
    const auto tooLarge = [&] {
      return size_t(of.depth.taps) * linesFor(outputRows) * columns * stride * elementBytes >
             depthwiseBandBytes;
    };
    while (outputRows > 1 && tooLarge()) outputRows = divideUp(outputRows, 2);
    lines = linesFor(outputRows);
  }

  size_t elements() const { return size_t(gather.depth.taps) * lines * columns * stride; }

  /** Distance of what a tap reads from the first element. */
  size_t offset(size_t plane, size_t line, size_t widthTap) const {
    return ((plane * lines + line) * columns + widthTap * size_t(gather.width.offsetStep)) * stride;
  }

  /**
   * Copies what the outputs from (d, firstRow) read. `copy(rows, to, n)` moves n neighbouring elements of
   * `Together` rows, of which some but not all are null: they lie outside.
   */
  template <typename From, typename To, typename Copy>
  void fill(const From* image, ptrdiff_t d, ptrdiff_t firstRow, To* to, const Copy& copy) const {
    const GatherAxis &depth = gather.depth, &height = gather.height, &width = gather.width;
    const ptrdiff_t left = width.source(0, 0), first = left < 0 ? 0 : left;
    const size_t before = left < 0 ? smallest(size_t(-left), columns) : 0;
    const size_t inside = width.size > first ? smallest(columns - before, size_t(width.size - first)) : 0;
    for (ptrdiff_t plane = 0; plane < depth.taps; ++plane) {
      const ptrdiff_t sourcePlane = depth.source(d, plane);
      const bool planeInside = sourcePlane >= 0 && sourcePlane < depth.size;
      for (size_t line = 0; line < lines; ++line, to += columns * stride) {
        const From* rows[Together];
        bool any = false;
        for (size_t i = 0; i < Together; ++i) {
          const ptrdiff_t row = height.source(firstRow, 0) + ptrdiff_t(line * Together + i);
          const bool rowInside = planeInside && row >= 0 && row < height.size;
          rows[i] =
              rowInside ? image + size_t((sourcePlane * height.size + row) * width.size + first) * channels
                        : nullptr;
          any |= rowInside;
        }
        if (!any || inside == 0) {
          clear(to, columns * stride);
          continue;
        }
        To* out = to + before * stride;
        clear(to, before * stride);
        const size_t pixels = channels * Together == stride ? inside : 1;
        for (size_t i = 0; i < inside; i += pixels, out += pixels * stride) {
          copy(rows, out, pixels * channels);
          for (const From*& row : rows) row = row ? row + channels : nullptr;
        }
        clear(out, (columns - before - inside) * stride);
      }
    }
  }

 private:
  size_t linesFor(size_t outputs) const { return divideUp(gather.height.reach(outputs), Together); }
};

/**
 * Calls `outputRow(from, phase, pixel)` for every row of outputs of `images` images: `from` is the line that its
 * first output reads, from the line's row `phase` on; `pixel` that output's index among pixels of `size` per
 * image.
 */
template <typename To, size_t Together, typename From, typename Copy, typename OutputRow>
void eachDepthwiseRow(const DepthwiseBand<Together>& band, size_t images, const From* source, const Spatial& size,
                      const Copy& copy, const OutputRow& outputRow) {
  const Gather& gather = band.gather;
  const size_t height = size_t(gather.height.count), width = size_t(gather.width.count),
               planes = size_t(gather.depth.count);
  const size_t bands = divideUp(height, band.outputRows);
  const uint64_t products = uint64_t(band.outputRows) * width * gather.taps() * band.channels;
  parallelForEvenly(images * planes * bands, grainOf(depthwiseTaskProducts, products), [&](size_t begin, size_t end) {
    const Workspace<To> space(band.elements());
    for (size_t task = begin; task < end; ++task) {
      const size_t plane = task / bands, firstRow = pieceStart(task % bands, height, bands);
      const size_t rows = pieceStart(task % bands + 1, height, bands) - firstRow;
      const From* const image = source + plane / planes * gather.sourcePixels() * band.channels;
      band.fill(image, ptrdiff_t(plane % planes), ptrdiff_t(firstRow), space.data(), copy);
      for (size_t row = 0; row < rows; ++row) {
        const GatherCursor at(gather, (plane * height + firstRow + row) * width);
        const size_t firstRead = row * size_t(gather.height.step);
        outputRow(space.data() + firstRead / Together * band.columns * band.stride, firstRead % Together,
                  at.resultPixel(gather, size));
      }
    }
  });
}

}  // namespace octavo::OCTAVO_ISA
