#pragma once
#include "quantized-conv-rows.h"

// Convolutions of few channels, as the first of a network: a row of taps is a run of neighbouring values, so that tiles
// read copied lines of the image, and no row of taps is copied for each result.
namespace octavo::OCTAVO_ISA {

/** Sizes of one convolution's lines and of the weights that meet them. */
template <typename Product>
struct LineShape {
  /** Values of a row of taps, and with what fills up its last steps; weights of that are 0. */
  size_t run, depth;
  size_t tapRows, columns;
  /** Values of a line with its padding. */
  size_t line;

  explicit LineShape(const ConvShape& s)
      : run(size_t(s.kernel.width * s.inChannels)),
        depth(filledDepth<Product>(run)),
        tapRows(size_t(s.kernel.height)),
        columns(size_t(s.outChannels)),
        line(size_t((s.outSize.width - 1) * s.stride.width * s.inChannels) + depth) {}

  /** Of a whole filter. */
  size_t filterDepth() const { return tapRows * depth; }
};

/** Copies of `count` lines from line `first`, which may lie outside, with their padding. */
template <typename Product, typename Rows>
void copyLines(const ConvShape& s, const LineShape<Product>& lines, const Rows& rows, const uint8_t* image,
               ptrdiff_t first, size_t count, typename Product::Element* to) {
  const size_t channels = size_t(s.inChannels), inLine = size_t(s.inSize.width) * channels;
  const size_t before = smallest(size_t(s.padding.width) * channels, lines.line);
  const size_t inside = smallest(lines.line - before, inLine);
  const typename Product::Element outside = rows.outside;
  for (ptrdiff_t line = first; line < first + ptrdiff_t(count); ++line, to += lines.line) {
    if (line < 0 || line >= s.inSize.height) {
      fill(to, lines.line, outside);
      continue;
    }
    fill(to, before, outside);
    rows.copy(image + size_t(line) * inLine, to + before, inside);
    fill(to + before + inside, lines.line - before - inside, outside);
  }
}

template <typename Operands>
struct LinesMethod {
  using Product = typename Operands::Product;
  using Element = typename Product::Element;
  static constexpr const char* name = sizeof(Element) == 1 ? "byte lines" : "lines";

  static bool takes(const ConvFacts& facts) {
    const ConvShape& s = facts.shape;
    const bool flat =
        s.inSize.depth == 1 && s.outSize.depth == 1 && s.kernel.depth == 1 && s.padding.depth == 0;
    const bool dense = s.dilation.height == 1 && s.dilation.width == 1 && s.groups == 1;
    return flat && dense && s.kernel.width > 1 && s.inChannels <= 4 && s.padding.height >= 0 && s.padding.width >= 0 &&
           Operands::takes(facts);
  }

  static PackedGroups<Operands> weights(const ConvShape& shape) {
    const LineShape<Product> lines(shape);
    return {1, lines.columns, lines.filterDepth()};
  }
  static size_t bytes(const ConvShape& shape) { return weights(shape).bytes(); }
  static void pack(const ConvFacts& facts, uint8_t* packed) {
    const LineShape<Product> lines(facts.shape);
    const auto at = [&](size_t k, size_t column) {
      const size_t tapRow = k / lines.depth, i = k % lines.depth;
      return i < lines.run ? facts.weight(column, tapRow * lines.run + i) : int16_t(0);
    };
    weights(facts.shape).pack(facts, {lines.depth, lines.line}, at, packed);
  }

  static void run(const ConvCall& call) {
    constexpr size_t workspaceElements = (size_t(16) << 10) / sizeof(Element);
    const ConvShape& s = call.shape;
    const LineShape<Product> lines(s);
    const Panels<Product> panels = weights(s).panels(call.packed, 0);
    const size_t height = size_t(s.outSize.height), width = size_t(s.outSize.width), step = size_t(s.stride.height);
    const size_t pixel = size_t(s.stride.width * s.inChannels);
    // Rows of results that share lines in the nearest cache.
    const size_t fitting = workspaceElements / lines.line;
    const size_t rows = smallest(height, fitting > lines.tapRows ? (fitting - lines.tapRows) / step + 1 : 1);
    const size_t bands = divideUp(height, rows);
    const uint64_t products = uint64_t(rows) * width * lines.columns * lines.filterDepth();
    parallelForEvenly(size_t(s.batch) * bands, grainOf(taskProducts, products), [&](size_t begin, size_t end) {
      const Workspace<Element> copies(((rows - 1) * step + lines.tapRows) * lines.line);
      const Workspace<size_t> places(width);
      for (size_t u = 0; u < width; ++u) places.data()[u] = u * lines.columns;
      for (size_t band = begin; band < end; ++band) {
        const size_t image = band / bands, first = band % bands * rows, count = smallest(rows, height - first);
        const uint8_t* const source = call.x.data + image * s.inSize.volume() * size_t(s.inChannels);
        copyLines(s, lines, Operands::rows(call), source, ptrdiff_t(first * step) - s.padding.height,
                  (count - 1) * step + lines.tapRows, copies.data());
        uint8_t* y = call.y + (image * s.outSize.volume() + first * width) * lines.columns;
        for (size_t row = 0; row < count; ++row, y += width * lines.columns) {
          // The orders of paired products know where a tap's row lies.
          const LeftRows<Element> taps = {copies.data() + row * step * lines.line, pixel, Product::paired ? 1 : lines.tapRows, lines.line};
          dotBlock<Product>(width, lines.columns, lines.filterDepth(), taps, panels, call.requantizer, y, places.data());
        }
      }
    });
  }
};

}  // namespace octavo::OCTAVO_ISA
