#pragma once
#include "conv-gather.h"
#include "conv-shape.h"
#include "quantized-conv-tile.h"
#include "threads.h"
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

/** Values that fit. A function, whose compiler knows that stores of bytes do not change what the loop is made of. */
template <typename Weight>
inline void narrow(const int16_t* from, Weight* to, size_t count) {
  for (size_t i = 0; i < count; ++i) to[i] = Weight(from[i]);
}

/** `columns` columns of `elements` values, the n-th at from + n · pitch, as rows of `depth` values of each, `stride` apart. */
template <size_t columns, size_t depth, typename Weight>
inline void interleaveColumns(const Weight* from, size_t pitch, size_t elements, Weight* to, size_t stride) {
  for (size_t i = 0; i < elements; i += depth, to += stride) {
    for (size_t column = 0; column < columns; ++column) {
      std::memcpy(to + column * depth, from + column * pitch + i, depth * sizeof(Weight));
    }
  }
}

/**
 * Weights in panels of `width` columns, the last one rounded up to `least`: (panel, step, column, depth), filled with zeros.
 * `take(column, values)` writes the steps · depth elements of a column: column by column, as weights lie in memory.
 */
template <size_t depth, size_t width, size_t least, typename Weight, typename Take>
void packColumns(size_t steps, size_t columns, const Take& take, Weight* packed) {
  const size_t filled = roundUp(columns, least), elements = steps * depth;
  // Columns a power of two apart would share few places of the cache.
  const size_t pitch = elements + 64;
  parallelFor(divideUp(columns, width), grainOf(packedInTask, elements * width), [&](size_t begin, size_t end) {
    const Workspace<int16_t> taken(elements);
    const Workspace<Weight> some(least * pitch);
    for (size_t first = begin * width; first < smallest(end * width, filled); first += least) {
      for (size_t i = 0; i < least; ++i) {
        if (first + i < columns) take(first + i, taken.data());
        else clear(taken.data(), elements);
        narrow(taken.data(), some.data() + i * pitch, elements);
      }
      const size_t panel = first / width * width, ofPanel = smallest(width, filled - panel);
      interleaveColumns<least, depth>(some.data(), pitch, elements, packed + panel * elements + (first - panel) * depth, ofPanel * depth);
    }
  });
}

/** Panels with orders. */
template <typename Product, typename Take>
void packPaired(size_t steps, size_t columns, Runs runs, const Take& take, typename Product::Weight* packed) {
  constexpr size_t width = columnsOf<Product>, depth = Product::depth;
  parallelFor(divideUp(columns, width), grainOf(packedInTask, steps * depth * width), [&](size_t begin, size_t end) {
    const Workspace<typename Product::Weight> inOrder(steps * depth * width);
    const Workspace<size_t> order(steps);
    for (size_t first = begin * width; first < smallest(end * width, columns); first += width) {
      const size_t count = smallest(width, columns - first), step = roundUp(count, Vector::width) * depth;
      const auto ofPanel = [&](size_t column, int16_t* values) { take(first + column, values); };
      packColumns<depth, width, Vector::width>(steps, count, ofPanel, inOrder.data());
      auto* const panel = packed + dotElements<Product>(steps * depth, first);
      const size_t paired = StepPairs(steps, step / depth, inOrder.data()).order(order.data());
      StepOrder::write(steps, depth, runs, paired, order.data(), panel);
      auto* to = panel + StepOrder::bytes(steps);
      for (size_t i = 0; i < steps; ++i, to += step) std::memcpy(to, inOrder.data() + order.data()[i] * step, step);
    }
  });
}

/** Panels of `weight(k, column)`. */
template <typename Product, typename Weight>
void packDots(size_t depth, size_t columns, Runs runs, const Weight& weight, typename Product::Weight* packed) {
  const size_t steps = filledDepth<Product>(depth) / Product::depth;
  const auto take = [&](size_t column, int16_t* values) {
    for (size_t k = 0; k < depth; ++k) values[k] = weight(k, column);
    clear(values + depth, steps * Product::depth - depth);
  };
  if constexpr (Product::paired) packPaired<Product>(steps, columns, runs, take, packed);
  else packColumns<Product::depth, columnsOf<Product>, Vector::width>(steps, columns, take, packed);
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
