#pragma once
#include "conv-gather.h"
#include "conv-shape.h"
#include "quantized-conv-tile.h"
#include "workspace.h"

// Weights as the integer kernels read them, zero points subtracted.
namespace octavo::OCTAVO_ISA {

/** An 8-bit array and its zero points. */
struct Weights8 {
  Input8 array;
  const int32_t* zeroPoints;
  int16_t at(size_t i, size_t channel) const {
    const int32_t value = array.kind == ElementKind::int8 ? static_cast<const int8_t*>(array.data)[i]
                                                          : static_cast<const uint8_t*>(array.data)[i];
    return int16_t(value - zeroPoints[channel]);
  }
};

/** Elements of (depth × columns) weights in panels. */
template <typename Product>
constexpr size_t dotElements(size_t depth, size_t columns) {
  return divideUp(columns, columnsOf<Product>) * panelElements<Product>(depth);
}

/** Panels of `weight(k, column)`, which is asked column by column: as weights lie in memory. */
template <typename Product, typename Weight>
void packDots(size_t depth, size_t columns, const Weight& weight, typename Product::Weight* to) {
  const size_t steps = divideUp(depth, Product::depth);
  const Workspace<int16_t> taken(steps * Product::depth);
  int16_t* const column = taken.data();
  for (size_t panel = 0; panel < columns; panel += columnsOf<Product>, to += panelElements<Product>(depth)) {
    for (size_t j = 0; j < columnsOf<Product>; ++j) {
      const bool inside = panel + j < columns;
      if (inside) for (size_t k = 0; k < depth; ++k) column[k] = weight(k, panel + j);
      for (size_t k = inside ? depth : 0; k < steps * Product::depth; ++k) column[k] = 0;
      for (size_t step = 0; step < steps; ++step) {
        typename Product::Weight part[Product::depth];
        for (size_t i = 0; i < Product::depth; ++i) part[i] = typename Product::Weight(column[step * Product::depth + i]);
        std::memcpy(to + (step * columnsOf<Product> + j) * Product::depth, part, sizeof(part));
      }
    }
  }
}

/** Taps of depthwise filters as `DepthwiseDot` takes them: those of neighbouring rows, a line, at once. */
struct DepthwiseTaps {
  static constexpr size_t together = DepthwiseDot::taps;
  static constexpr size_t none = SIZE_MAX;
  size_t depth, height, width;
  /** Distance of two taps along the height, in rows. */
  size_t heightStep;

  /**
   * Calls `body(plane, line, widthTap, heightTaps)` for every group of taps of an output whose first row is row
   * `phase` of line 0; `heightTaps[i]` is the tap on row i of the line, or none.
   */
  template <typename Body>
  void each(size_t phase, const Body& body) const {
    for (size_t plane = 0; plane < depth; ++plane) {
      for (size_t line = 0; line <= (phase + (height - 1) * heightStep) / together; ++line) {
        size_t taps[together];
        bool any = false;
        for (size_t i = 0; i < together; ++i) {
          const size_t row = line * together + i, distance = row - phase;
          const bool hit = row >= phase && distance % heightStep == 0 && distance / heightStep < height;
          taps[i] = hit ? distance / heightStep : none;
          any |= hit;
        }
        for (size_t w = 0; any && w < width; ++w) body(plane, line, w, taps);
      }
    }
  }

  size_t groups(size_t phase) const {
    size_t count = 0;
    each(phase, [&](size_t, size_t, size_t, const size_t*) { ++count; });
    return count;
  }

  /** Elements of the weights of the phases before `phase`. */
  size_t elements(size_t phase, size_t channels) const {
    size_t count = 0;
    for (size_t p = 0; p < phase; ++p) count += groups(p);
    return roundUp(channels, DepthwiseDot::channels) * together * count;
  }
  size_t elements(size_t channels) const { return elements(together, channels); }
};

inline DepthwiseTaps depthwiseTaps(const ConvShape& shape) {
  const Spatial& kernel = shape.kernel;
  return {size_t(kernel.depth), size_t(kernel.height), size_t(kernel.width), size_t(shape.dilation.height)};
}
inline DepthwiseTaps depthwiseTaps(const Gather& gather) {
  const auto& [depth, height, width, channels, pixelChannels] = gather;
  return {size_t(depth.taps), size_t(height.taps), size_t(width.taps), size_t(height.offsetStep)};
}

/** Depthwise weights of `weight(tap, channel)`: for each phase blocks of channels, in each its groups of taps. */
template <typename Weight>
void packDepthwiseDots(const DepthwiseTaps& taps, size_t channels, const Weight& weight, int16_t* to) {
  constexpr size_t together = DepthwiseTaps::together, step = DepthwiseDot::channels * together;
  for (size_t phase = 0; phase < together; ++phase) {
    for (size_t c = 0; c < channels; c += DepthwiseDot::channels) {
      taps.each(phase, [&](size_t plane, size_t, size_t widthTap, const size_t* heightTaps) {
        for (size_t j = 0; j < DepthwiseDot::channels; ++j) {
          for (size_t i = 0; i < together; ++i) {
            const bool inside = c + j < channels && heightTaps[i] != DepthwiseTaps::none;
            const size_t tap = (plane * taps.height + heightTaps[i]) * taps.width + widthTap;
            to[DepthwiseDot::position(j) * together + i] = inside ? weight(tap, c + j) : 0;
          }
        }
        to += step;
      });
    }
  }
}

}  // namespace octavo::OCTAVO_ISA
