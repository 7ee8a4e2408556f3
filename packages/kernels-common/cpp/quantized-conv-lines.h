#pragma once
#include "quantized-conv-rows.h"

// Convolutions of few channels, as the first of a network: a row of taps is a run of neighbouring values, so that tiles
// read copied lines of the image, and no row of taps is copied for each result.
namespace octavo::OCTAVO_ISA {

/** Sizes of one convolution's lines and of the weights that meet them. */
template <typename Product>
struct LineShape {
  /** Values of a row of taps, and with what fills up its last step; weights of that are 0. */
  size_t run, depth;
  size_t tapRows, columns;
  /** Values of a line with its padding. */
  size_t line;

  explicit LineShape(const ConvShape& s)
      : run(size_t(s.kernel.width * s.inChannels)),
        depth(roundUp(run, Product::depth)),
        tapRows(size_t(s.kernel.height)),
        columns(size_t(s.outChannels)),
        line(size_t((s.outSize.width - 1) * s.stride.width * s.inChannels) + depth) {}

  /** Of a whole filter. */
  size_t filterDepth() const { return tapRows * depth; }
};

template <typename Product>
struct LineTiles {
  /** `Rows` neighbouring results of one row against one panel; `a` lies at the first value of the first tap. */
  template <size_t Rows, size_t Vectors>
  static void run(const LineShape<Product>& shape, const typename Product::Element* a, size_t pixel,
                  const Panels<Product>& panel, const Requantizer& requantizer, uint8_t* y, size_t count) {
    IntVector sum[Rows][Vectors];
    startSums(panel.start, sum);
    const typename Product::Weight* weights = panel.elements;
    for (size_t tap = 0; tap < shape.tapRows; ++tap, a += shape.line, weights += shape.depth * Vectors * Vector::width) {
      dotSums<Product>(shape.depth / Product::depth, a, pixel, weights, sum, Ahead::none(weights));
    }
    storeRows(requantizer, sum, count, [&](size_t r) { return y + r * shape.columns; });
  }
};

/** One row of results from the lines that its first row of taps begins at. */
template <typename Product>
void lineRow(const LineShape<Product>& shape, const typename Product::Element* lines, size_t results, size_t pixel,
             const Panels<Product>& panels, const Requantizer& requantizer, uint8_t* y) {
  constexpr TileSize whole = Product::tile;
  for (size_t j = 0; j < shape.columns; j += columnsOf<Product>) {
    const size_t count = smallest(columnsOf<Product>, shape.columns - j);
    const size_t vectors = vectorsOf(count), tallest = whole.rowsOf(vectors);
    const Requantizer ofPanel = requantizer.from(j);
    const Panels<Product> panel = panels.from(j, shape.filterDepth());
    for (size_t u = 0; u < results; u += tallest) {
      const auto run = TileTable<LineTiles<Product>, whole>::of(smallest(tallest, results - u), vectors);
      run(shape, lines + u * pixel, pixel, panel, ofPanel, y + u * shape.columns + j, count);
    }
  }
}

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
    weights(facts.shape).pack(facts, at, packed);
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
      for (size_t band = begin; band < end; ++band) {
        const size_t image = band / bands, first = band % bands * rows, count = smallest(rows, height - first);
        const uint8_t* const source = call.x.data + image * s.inSize.volume() * size_t(s.inChannels);
        copyLines(s, lines, Operands::rows(call), source, ptrdiff_t(first * step) - s.padding.height,
                  (count - 1) * step + lines.tapRows, copies.data());
        uint8_t* y = call.y + (image * s.outSize.volume() + first * width) * lines.columns;
        for (size_t row = 0; row < count; ++row, y += width * lines.columns) {
          lineRow(lines, copies.data() + row * step * lines.line, width, pixel, panels, call.requantizer, y);
        }
      }
    });
  }
};

}  // namespace octavo::OCTAVO_ISA
