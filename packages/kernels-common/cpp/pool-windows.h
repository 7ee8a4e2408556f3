#pragma once
#include <cstdint>

#include "shapes.h"

namespace octavo::OCTAVO_ISA {

/** A window along one axis: input coordinates start ≤ i < end, every `step`; `extent` counts those in padding too. */
struct AxisWindow {
  int32_t start, end, step, extent;
};

/** torch's windows, clipped to the input. Adaptive: floor(i · in / out) … ceil((i + 1) · in / out). Not inlined: once for each window. */
[[gnu::noinline]] static AxisWindow axisWindow(const PoolShape& shape, int32_t Spatial::*axis, int32_t i) {
  const int32_t size = shape.inSize.*axis, outSize = shape.outSize.*axis;
  if (shape.adaptive) {
    const int32_t start = int32_t(int64_t(i) * size / outSize);
    const int32_t end = int32_t((int64_t(i + 1) * size + outSize - 1) / outSize);
    return {start, end, 1, end - start};
  }
  const int32_t padding = shape.padding.*axis, step = shape.dilation.*axis;
  const int32_t first = i * (shape.stride.*axis) - padding;
  const int32_t end = first + (shape.kernel.*axis - 1) * step + 1;
  const int32_t paddedEnd = size + padding;
  return {
      first < 0 ? first + (-first + step - 1) / step * step : first,
      end < size ? end : size,
      step,
      (end < paddedEnd ? end : paddedEnd) - first,
  };
}

struct PoolWindow {
  AxisWindow depth, height, width;

  /** Divisor of an average. */
  int32_t divisor(const PoolShape& shape) const {
    if (shape.divisor > 0) return shape.divisor;
    if (shape.countIncludePad) return depth.extent * height.extent * width.extent;
    return (depth.end - depth.start) * (height.end - height.start) * (width.end - width.start);
  }
};

/** `body(window, column)` for the output positions of one row; rows are numbered in the order depth, height. */
template <typename Body>
inline void eachWindowOfRow(const PoolShape& shape, size_t row, const Body& body) {
  const auto height = size_t(shape.outSize.height);
  PoolWindow window = {axisWindow(shape, &Spatial::depth, int32_t(row / height)),
                       axisWindow(shape, &Spatial::height, int32_t(row % height)),
                       {}};
  for (int32_t w = 0; w < shape.outSize.width; ++w) {
    window.width = axisWindow(shape, &Spatial::width, w);
    body(window, size_t(w));
  }
}

/** `body(window, position)` for every output position of one image, in order. */
template <typename Body>
inline void eachWindow(const PoolShape& shape, const Body& body) {
  const size_t width = size_t(shape.outSize.width);
  for (size_t row = 0; row < size_t(shape.outSize.depth) * size_t(shape.outSize.height); ++row) {
    eachWindowOfRow(shape, row, [&](const PoolWindow& window, size_t column) { body(window, row * width + column); });
  }
}

/** `body(position)` for every input position of a window, in D·H·W. */
template <typename Body>
inline void eachInput(const PoolShape& shape, const PoolWindow& window, const Body& body) {
  for (int32_t i = window.depth.start; i < window.depth.end; i += window.depth.step) {
    for (int32_t j = window.height.start; j < window.height.end; j += window.height.step) {
      for (int32_t k = window.width.start; k < window.width.end; k += window.width.step) {
        body((size_t(i) * size_t(shape.inSize.height) + size_t(j)) * size_t(shape.inSize.width) + size_t(k));
      }
    }
  }
}

inline bool fitsPool(const PoolShape& shape, size_t inLength, size_t outLength) {
  const size_t rows = size_t(shape.batch) * size_t(shape.channels);
  return inLength >= rows * shape.inSize.volume() && outLength >= rows * shape.outSize.volume();
}

}  // namespace octavo::OCTAVO_ISA
