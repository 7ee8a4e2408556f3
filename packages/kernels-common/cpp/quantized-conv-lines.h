#pragma once
#include "quantized-conv-rows.h"

// Convolutions of few channels, as the first of a network: a row of taps is a run of neighbouring values, so that tiles
// read centred lines of the image, and no row of taps is copied for each result.
namespace octavo::OCTAVO_ISA {

/** Sizes of one convolution's lines and of the weights that meet them. */
struct LineShape {
  /** Values of a row of taps, and with what fills up its last step; weights of that are 0. */
  size_t run, depth;
  size_t tapRows, columns;
  /** Values of a line with its padding. */
  size_t line;

  explicit LineShape(const ConvShape& s)
      : run(size_t(s.kernel.width * s.inChannels)),
        depth(roundUp(run, Dot::depth)),
        tapRows(size_t(s.kernel.height)),
        columns(size_t(s.outChannels)),
        line(size_t((s.outSize.width - 1) * s.stride.width * s.inChannels) + depth) {}

  size_t panelElements() const { return tapRows * depth * dotColumns; }
};

/** `Rows` neighbouring results of one row; `a` lies at the first value of the first tap. */
template <size_t Rows, size_t Vectors>
void lineTileOf(const LineShape& shape, const int16_t* a, size_t pixel, const int16_t* panel,
                const Requantizer& requantizer, uint8_t* y, size_t count) {
  IntVector sum[Rows][Vectors];
  OCTAVO_UNROLL
  for (size_t r = 0; r < Rows; ++r) {
    OCTAVO_UNROLL
    for (size_t v = 0; v < Vectors; ++v) sum[r][v] = IntVector::broadcast(0);
  }
  for (size_t tap = 0; tap < shape.tapRows; ++tap, a += shape.line, panel += shape.depth * dotColumns) {
    dotSums<IntProduct>(shape.depth / Dot::depth, a, pixel, panel, sum);
  }
  storeRows(requantizer, sum, count, [&](size_t r) { return y + r * shape.columns; });
}

using LineTile = void (*)(const LineShape&, const int16_t*, size_t, const int16_t*, const Requantizer&, uint8_t*,
                          size_t);

/** Tiles of 1 … dotTile.rows results and 1 … dotTile.vectors vectors. */
template <size_t... I>
LineTile lineTileFor(size_t rows, size_t vectors, std::index_sequence<I...>) {
  static constexpr LineTile tiles[] = {lineTileOf<I / dotTile.vectors + 1, I % dotTile.vectors + 1>...};
  return tiles[(rows - 1) * dotTile.vectors + vectors - 1];
}

/** One row of results from the lines that its first row of taps begins at. */
inline void lineRow(const LineShape& shape, const int16_t* lines, size_t results, size_t pixel,
                    const int16_t* panels, const Requantizer& requantizer, uint8_t* y) {
  constexpr auto all = std::make_index_sequence<dotTile.rows * dotTile.vectors>();
  for (size_t j = 0; j < shape.columns; j += dotColumns, panels += shape.panelElements()) {
    const size_t count = smallest(dotColumns, shape.columns - j);
    const Requantizer ofPanel = requantizer.from(j);
    for (size_t u = 0; u < results; u += dotTile.rows) {
      const LineTile tile = lineTileFor(smallest(dotTile.rows, results - u), divideUp(count, Vector::width), all);
      tile(shape, lines + u * pixel, pixel, panels, ofPanel, y + u * shape.columns + j, count);
    }
  }
}

/** Centred copies of `count` lines from line `first`, which may lie outside, with their padding. */
inline void centreLines(const ConvCall& call, const LineShape& lines, const uint8_t* image, ptrdiff_t first,
                        size_t count, int16_t* to) {
  const ConvShape& s = call.shape;
  const size_t channels = size_t(s.inChannels), inLine = size_t(s.inSize.width) * channels;
  const size_t before = smallest(size_t(s.padding.width) * channels, lines.line);
  const size_t inside = smallest(lines.line - before, inLine);
  for (ptrdiff_t line = first; line < first + ptrdiff_t(count); ++line, to += lines.line) {
    if (line < 0 || line >= s.inSize.height) {
      clear(to, lines.line);
      continue;
    }
    clear(to, before);
    call.x.centreRun(image + size_t(line) * inLine, to + before, inside);
    clear(to + before + inside, lines.line - before - inside);
  }
}

struct LinesMethod {
  static constexpr const char* name = "lines";
  static bool takes(const ConvFacts& facts) {
    const ConvShape& s = facts.shape;
    const bool flat =
        s.inSize.depth == 1 && s.outSize.depth == 1 && s.kernel.depth == 1 && s.padding.depth == 0;
    const bool dense = s.dilation.height == 1 && s.dilation.width == 1 && s.groups == 1;
    return flat && dense && s.kernel.width > 1 && s.inChannels <= 4 && s.padding.height >= 0 && s.padding.width >= 0;
  }
  static size_t bytes(const ConvShape& shape) {
    const LineShape lines(shape);
    return divideUp(lines.columns, dotColumns) * lines.panelElements() * sizeof(int16_t);
  }
  static void pack(const ConvFacts& facts, uint8_t* packed) {
    const LineShape lines(facts.shape);
    const auto at = [&](size_t k, size_t column) {
      const size_t tapRow = k / lines.depth, i = k % lines.depth;
      return i < lines.run ? facts.weight(column, tapRow * lines.run + i) : int16_t(0);
    };
    packDots<IntProduct>(lines.tapRows * lines.depth, lines.columns, at, reinterpret_cast<int16_t*>(packed));
  }
  static void run(const ConvCall& call) {
    constexpr size_t workspaceElements = 8192;
    const ConvShape& s = call.shape;
    const LineShape lines(s);
    const size_t height = size_t(s.outSize.height), width = size_t(s.outSize.width), step = size_t(s.stride.height);
    const size_t pixel = size_t(s.stride.width * s.inChannels);
    // Rows of results that share lines in the nearest cache.
    const size_t fitting = workspaceElements / lines.line;
    const size_t rows = smallest(height, fitting > lines.tapRows ? (fitting - lines.tapRows) / step + 1 : 1);
    const size_t bands = divideUp(height, rows);
    const size_t products = rows * width * lines.columns * lines.tapRows * lines.depth;
    parallelForEvenly(size_t(s.batch) * bands, 1 + taskProducts / (1 + products), [&](size_t begin, size_t end) {
      const Workspace<int16_t> copies(((rows - 1) * step + lines.tapRows) * lines.line);
      for (size_t band = begin; band < end; ++band) {
        const size_t image = band / bands, first = band % bands * rows, count = smallest(rows, height - first);
        const uint8_t* const source = call.x.data + image * s.inSize.volume() * size_t(s.inChannels);
        centreLines(call, lines, source, ptrdiff_t(first * step) - s.padding.height,
                    (count - 1) * step + lines.tapRows, copies.data());
        uint8_t* y = call.y + (image * s.outSize.volume() + first * width) * lines.columns;
        for (size_t row = 0; row < count; ++row, y += width * lines.columns) {
          lineRow(lines, copies.data() + row * step * lines.line, width, pixel, call.packedAs<int16_t>(),
                  call.requantizer, y);
        }
      }
    });
  }
};

}  // namespace octavo::OCTAVO_ISA
