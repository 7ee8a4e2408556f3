#pragma once
#include "conv-gather.h"
#include "gemm-by-depth.h"

// Operands of float32 products that are gathered from images, and the place where strided results go.
namespace octavo::OCTAVO_ISA {

/** Distance between copied rows; not a multiple of 2 KiB, so that they do not meet in the same places of the cache. */
inline size_t copiedStride(size_t elements) { return elements + (elements % 512 == 0 ? 16 : 0); }

inline void gatherFloats(const Gather& gather, const float* source, size_t first, size_t count, float* to,
                         size_t stride) {
  const auto copy = [](const float* from, float* out, size_t n) {
    size_t i = 0;
    for (; i + Vector::width <= n; i += Vector::width) Vector::load(from + i).store(out + i);
    if (i == n) return;
    // The last vector again, rather than what is left one by one.
    if (n >= Vector::width) return Vector::load(from + n - Vector::width).store(out + n - Vector::width);
    for (; i < n; ++i) out[i] = from[i];
  };
  gatherRows(gather, source, first, count, to, stride, copy);
}

/** Left operand of a product by rows. */
struct GatheredRows {
  const Gather& gather;
  const float* source;
  size_t workspaceFloats(size_t rows) const { return rows * copiedStride(gather.rowElements()); }
  Left rows(size_t first, size_t count, float* workspace) const {
    const size_t stride = copiedStride(gather.rowElements());
    gatherFloats(gather, source, first, count, workspace, stride);
    return {workspace, stride, 1};
  }
};

/** Right operand of a product by depth. */
struct GatheredSlices {
  const Gather& gather;
  const float* source;
  size_t stride() const { return copiedStride(packedStride(gather.rowElements())); }
  size_t workspaceFloats(size_t depth) const { return depth * stride(); }
  Right slice(size_t first, size_t depth, float* workspace) const {
    gatherFloats(gather, source, first, depth, workspace, stride());
    return {workspace, panelColumns, stride()};
  }
};

/** Result pixels of one phase of a strided gather. */
struct PhaseTarget {
  const Gather& gather;
  const Spatial& size;
  float* data;
  size_t pixelChannels;
  static size_t workspaceFloats(size_t rows, size_t columns) { return rows * columns; }
  size_t stride(size_t columns) const { return columns; }
  float* open(size_t, size_t, float* workspace) const { return workspace; }
  void finish(size_t, size_t, float*) const {}
  void close(size_t firstRow, size_t firstColumn, size_t rows, size_t columns, const float* from) const {
    GatherCursor cursor(gather, firstRow);
    for (size_t i = 0; i < rows; ++i, from += columns, cursor.next(gather)) {
      float* const pixel = data + cursor.resultPixel(gather, size) * pixelChannels;
      std::memcpy(pixel + firstColumn, from, columns * sizeof(float));
    }
  }
};

/**
 * c = start + rows · panels, where row i is gathered from `source` or, if the gather changes nothing, is
 * pixel i.
 */
template <typename Target>
void convolveRows(const Gather& gather, size_t batch, const float* source, size_t columns,
                  const float* panels, const float* start, const Target& target) {
  const size_t rows = batch * gather.positions(), depth = gather.rowElements();
  if (gather.isIdentity()) {
    gemmByRows(rows, columns, depth, MatrixRows{{source, gather.pixelChannels, 1}, depth}, panels, start,
               target);
  } else {
    gemmByRows(rows, columns, depth, GatheredRows{gather, source}, panels, start, target);
  }
}

}  // namespace octavo::OCTAVO_ISA
