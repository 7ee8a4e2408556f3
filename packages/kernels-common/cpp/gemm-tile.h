#pragma once
#include "ahead.h"
#include "blocking.h"
#include "products.h"
#include "tile-table.h"

// The float32 register tile: rows × columns of c stay in registers while the depth runs.
namespace octavo::OCTAVO_ISA {

/**
 * Left operand: element (row, k) lies at data + row · rowStride + k · depthStride; one of the strides is 1.
 */
struct Left {
  const float* data;
  size_t rowStride, depthStride;
  Left from(size_t row, size_t k) const {
    return {data + row * rowStride + k * depthStride, rowStride, depthStride};
  }
};

/** Columns of a panel of the right operand. */
constexpr size_t panelColumns = columnsOf<FloatProduct>;

/** Distance between rows of a packed panel of so many columns: whole vectors. */
constexpr size_t packedStride(size_t columns) { return roundUp(columns, Vector::width); }

/**
 * Right operand in panels: element (k, column) of panel p lies at data + p · panelStride + k · depthStride +
 * column.
 */
struct Right {
  const float* data;
  size_t panelStride;
  /** 0 of packed panels, which have `packedStride` of their columns. */
  size_t depthStride;

  static Right packed(const float* data, size_t depth) { return {data, panelColumns * depth, 0}; }
  size_t strideOf(size_t columns) const { return depthStride == 0 ? packedStride(columns) : depthStride; }
};

/** The first `count` lanes, the others 0. */
inline Vector loadFirst(const float* from, size_t count) {
  float lanes[Vector::width] = {};
  for (size_t i = 0; i < count; ++i) lanes[i] = from[i];
  return Vector::load(lanes);
}

inline void storeFirst(float* to, Vector value, size_t count) {
  float lanes[Vector::width];
  value.store(lanes);
  for (size_t i = 0; i < count; ++i) to[i] = lanes[i];
}

template <bool DepthContiguous>
struct GemmTiles {
  /**
   * c = start + a · b over `depth` for `tiles` times `Rows` rows, where `start` is one row for all rows, or c itself if null.
   * `aStride` is between rows if the depth is contiguous, else along the depth. The last of the vectors has `lastLanes` columns.
   */
  template <size_t Rows, size_t Vectors>
  static void run(size_t tiles, size_t depth, const float* a, size_t aStride, const float* b, size_t bStride,
                  const float* start, float* c, size_t cStride, size_t lastLanes, Ahead ahead) {
    constexpr size_t width = Vector::width;
    const bool whole = lastLanes == width;
    const size_t depthStride = DepthContiguous ? 1 : aStride;
    const size_t rowStride = DepthContiguous ? aStride : 1;
    for (; tiles > 0; --tiles, a += Rows * rowStride, c += Rows * cStride) {
      Vector sum[Rows][Vectors];
      OCTAVO_UNROLL
      for (size_t r = 0; r < Rows; ++r) {
        OCTAVO_UNROLL
        for (size_t v = 0; v < Vectors; ++v) {
          if (start) sum[r][v] = Vector::load(start + v * width);
          else if (whole || v + 1 < Vectors) sum[r][v] = Vector::load(c + r * cStride + v * width);
          else sum[r][v] = loadFirst(c + r * cStride + v * width, lastLanes);
        }
      }
      const float* left = a;
      const float* right = b;
      for (size_t k = 0; k < depth; ++k, left += depthStride, right += bStride) {
        ahead.step();
        addProducts<FloatProduct>(left, rowStride, right, sum);
      }
      OCTAVO_UNROLL
      for (size_t r = 0; r < Rows; ++r) {
        OCTAVO_UNROLL
        for (size_t v = 0; v < Vectors; ++v) {
          if (whole || v + 1 < Vectors) sum[r][v].store(c + r * cStride + v * width);
          else storeFirst(c + r * cStride + v * width, sum[r][v], lastLanes);
        }
      }
    }
  }
};

/** c (rows × columns) = start + a · b, or c + a · b if `start` is null: a block that fits the caches. */
inline void gemmBlock(size_t rows, size_t columns, size_t depth, Left a, Right b, const float* start,
                      float* c, size_t cStride, Ahead ahead) {
  const bool contiguous = a.depthStride == 1;
  const size_t aStride = contiguous ? a.rowStride : a.depthStride;
  for (size_t j = 0; j < columns; j += panelColumns, b.data += b.panelStride) {
    const size_t width = columns - j < panelColumns ? columns - j : panelColumns;
    const size_t vectors = vectorsOf(width), lastLanes = width - (vectors - 1) * Vector::width, bStride = b.strideOf(width);
    coverWithTiles(rows, floatTile.rowsOf(vectors), [&](size_t height, size_t tiles, size_t i) {
      const auto run = contiguous ? TileTable<GemmTiles<true>, floatTile>::of(height, vectors)
                                  : TileTable<GemmTiles<false>, floatTile>::of(height, vectors);
      run(tiles, depth, a.data + i * a.rowStride, aStride, b.data, bStride, start ? start + j : nullptr,
          c + i * cStride + j, cStride, lastLanes, ahead);
      ahead = ahead.after(tiles * depth);
    });
  }
}

/** With nothing to fetch ahead. */
inline void gemmBlock(size_t rows, size_t columns, size_t depth, Left a, Right b, const float* start, float* c,
                      size_t cStride) {
  gemmBlock(rows, columns, depth, a, b, start, c, cStride, Ahead::none(b.data));
}

}  // namespace octavo::OCTAVO_ISA
