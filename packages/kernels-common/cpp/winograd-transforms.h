#pragma once
#include "clamp-epilogue.h"
#include "conv-gather.h"
#include "dot.h"

// The three transforms of Winograd's F(2×2, 3×3) (Lavin & Gray 2016): a tile of 2×2 outputs of a 3×3 filter costs 16
// multiplications per pair of channels instead of 36. With g the filter, d the 4×4 inputs and y the outputs of a tile:
//   y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A,   dg = Gᵀ [(Bᵀ d B) ⊙ (A dy Aᵀ)] G
//   Bᵀ = 1  0 −1  0     G =  1    0   0     Aᵀ = 1  1  1  0
//        0  1  1  0         1/2  1/2 1/2         0  1 −1 −1
//        0 −1  1  0         1/2 −1/2 1/2
//        0  1  0 −1          0    0   1
// The 16 products of a tile are called its frequencies.
namespace octavo::OCTAVO_ISA {

constexpr size_t frequencies = 16;

/** Neighbouring tiles of one row of tiles: the place of the first, and how many. */
struct TileRun {
  GatherCursor at;
  size_t count;
};

/** A convolution's outputs cut into tiles, numbered in the order batch, depth, height, width. */
struct TileGrid {
  Gather tiles;

  explicit TileGrid(const Gather& gather) : tiles(gather) {
    tiles.height.count = (gather.height.count + 1) / 2;
    tiles.width.count = (gather.width.count + 1) / 2;
  }
  size_t count(size_t batch) const { return batch * tiles.positions(); }

  /** `body(run, done)` for every run of tiles [first, first + count), of which `done` came before. */
  template <typename Body>
  void eachRun(size_t first, size_t count, const Body& body) const {
    GatherCursor at(tiles, first);
    for (size_t done = 0; done < count;) {
      const size_t columns = smallest(count - done, size_t(tiles.width.count - at.w));
      body(TileRun{at, columns}, done);
      done += columns;
      at.next(tiles, ptrdiff_t(columns));
    }
  }
};

/** Some neighbouring lines of an image from one column on; what lies outside is zero. */
template <size_t Lines>
struct ImageLines {
  const float* line[Lines];
  /** Elements from pixel to pixel: 0 in a line outside the image, which is one pixel of zeros. */
  ptrdiff_t step[Lines];
  ptrdiff_t column, columns;

  /** @param zeros a pixel. */
  ImageLines(const float* plane, ptrdiff_t firstLine, ptrdiff_t lineCount, ptrdiff_t firstColumn, ptrdiff_t columnCount,
             size_t pixel, const float* zeros)
      : column(firstColumn), columns(columnCount) {
    for (size_t i = 0; i < Lines; ++i) {
      const ptrdiff_t at = firstLine + ptrdiff_t(i);
      const bool inside = plane && at >= 0 && at < lineCount;
      line[i] = inside ? plane + size_t(at * columnCount) * pixel : zeros;
      step[i] = inside ? ptrdiff_t(pixel) : 0;
    }
  }
  bool holds(ptrdiff_t u) const { return column + u >= 0 && column + u < columns; }
  /** The pixels of column + u, from channel c on. */
  void load(ptrdiff_t u, size_t c, Vector (&to)[Lines]) const {
    OCTAVO_UNROLL
    for (size_t i = 0; i < Lines; ++i) {
      to[i] = holds(u) ? Vector::load(line[i] + (column + u) * step[i] + c) : Vector::broadcast(0);
    }
  }
};

/** Distance of frequencies in memory: those of one place do not meet in the same sets of the cache. */
inline size_t frequencyStride(size_t tiles, size_t channels) { return tiles * channels + 16; }

/** Four frequencies, `stride` apart, from `row` on. */
inline void storeFrequencies(Vector a, Vector b, Vector c, Vector d, float* row, size_t stride) {
  a.store(row);
  b.store(row + stride);
  c.store(row + 2 * stride);
  d.store(row + 3 * stride);
}

/** Bᵀ d B of neighbouring tiles: (frequency, tile, channel), `stride` between frequencies. */
inline void transformInput(const ImageLines<4>& lines, size_t count, size_t channels, float* to, size_t stride) {
  const auto column = [](const Vector (&d)[4], Vector (&out)[4]) {
    out[0] = d[0] - d[2];
    out[1] = d[1] + d[2];
    out[2] = d[2] - d[1];
    out[3] = d[1] - d[3];
  };
  for (size_t c = 0; c < channels; c += Vector::width) {
    Vector d[4], a[4], b[4], e[4], f[4];
    lines.load(0, c, d);
    column(d, a);
    lines.load(1, c, d);
    column(d, b);
    float* row[4];
    ptrdiff_t next[4];
    for (size_t i = 0; i < 4; ++i) {
      row[i] = to + c + 4 * i * stride;
      next[i] = (lines.column + 2) * lines.step[i] + ptrdiff_t(c);
    }
    const auto read = [&](size_t u, bool inside, Vector (&out)[4]) {
      if (inside) {
        OCTAVO_UNROLL
        for (size_t i = 0; i < 4; ++i) d[i] = Vector::load(lines.line[i] + next[i]);
      } else {
        lines.load(ptrdiff_t(u), c, d);
      }
      OCTAVO_UNROLL
      for (size_t i = 0; i < 4; ++i) next[i] += lines.step[i];
      column(d, out);
    };
    for (size_t t = 0; t < count; ++t) {
      const bool inside = lines.holds(ptrdiff_t(2 * t + 2)) && lines.holds(ptrdiff_t(2 * t + 3));
      read(2 * t + 2, inside, e);
      read(2 * t + 3, inside, f);
      OCTAVO_UNROLL
      for (size_t i = 0; i < 4; ++i) {
        storeFrequencies(a[i] - e[i], b[i] + e[i], e[i] - b[i], b[i] - f[i], row[i], stride);
        row[i] += channels;
        a[i] = e[i];
        b[i] = f[i];
      }
    }
  }
}

/** A dy Aᵀ of neighbouring tiles, in the same order. */
inline void transformGradient(const ImageLines<2>& lines, size_t count, size_t channels, float* to, size_t stride) {
  const auto column = [](const Vector (&d)[2], Vector (&out)[4]) {
    out[0] = d[0];
    out[1] = d[0] + d[1];
    out[2] = d[0] - d[1];
    out[3] = negate(d[1]);
  };
  for (size_t c = 0; c < channels; c += Vector::width) {
    Vector d[2], a[4], b[4];
    float* row[4];
    for (size_t i = 0; i < 4; ++i) row[i] = to + c + 4 * i * stride;
    for (size_t t = 0; t < count; ++t) {
      lines.load(ptrdiff_t(2 * t), c, d);
      column(d, a);
      lines.load(ptrdiff_t(2 * t + 1), c, d);
      column(d, b);
      OCTAVO_UNROLL
      for (size_t i = 0; i < 4; ++i) {
        storeFrequencies(a[i], a[i] + b[i], a[i] - b[i], negate(b[i]), row[i], stride);
        row[i] += channels;
      }
    }
  }
}

/** Where a row of tiles goes: two lines of results, of which the second may be missing, and so the last column. */
struct ResultLines {
  float* line[2];
  size_t pixel, columns;
};

/** Aᵀ m A + start of neighbouring tiles, clamped; `start` has an entry per channel. */
inline void transformOutput(const float* from, size_t stride, size_t count, size_t channels, const float* start,
                            ClampEpilogue clamp, const ResultLines& result) {
  for (size_t c = 0; c < channels; c += Vector::width) {
    const Vector bias = Vector::load(start + c);
    const float* row[4];
    for (size_t i = 0; i < 4; ++i) row[i] = from + c + 4 * i * stride;
    float *upper = result.line[0] + c, *lower = result.line[1] ? result.line[1] + c : nullptr;
    for (size_t t = 0; t < count; ++t) {
      Vector high[4], low[4];
      OCTAVO_UNROLL
      for (size_t j = 0; j < 4; ++j) {
        const Vector m1 = Vector::load(row[1] + j * stride), m2 = Vector::load(row[2] + j * stride);
        high[j] = Vector::load(row[0] + j * stride) + (m1 + m2);
        low[j] = (m1 - m2) - Vector::load(row[3] + j * stride);
      }
      const bool both = 2 * t + 1 < result.columns;
      const auto store = [&](const Vector (&sums)[4], float* to) {
        clamp.apply(sums[0] + (sums[1] + sums[2]) + bias).store(to);
        if (both) clamp.apply((sums[1] - sums[2]) - sums[3] + bias).store(to + result.pixel);
      };
      store(high, upper + 2 * t * result.pixel);
      if (lower) store(low, lower + 2 * t * result.pixel);
      OCTAVO_UNROLL
      for (size_t i = 0; i < 4; ++i) row[i] += channels;
    }
  }
}

}  // namespace octavo::OCTAVO_ISA
