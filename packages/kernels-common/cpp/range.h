#pragma once
#include "dot.h"

namespace octavo::OCTAVO_ISA {

/** Smallest and largest value; `nan` once there is one. */
struct Range {
  float low = __builtin_inff(), high = -__builtin_inff();
  bool nan = false;

  void add(float x) {
    low = x < low ? x : low;
    high = x > high ? x : high;
    nan = nan || x != x;
  }
  void add(const Range& other) {
    low = other.low < low ? other.low : low;
    high = other.high > high ? other.high : high;
    nan = nan || other.nan;
  }
  void write(float& min, float& max) const {
    min = nan ? __builtin_nanf("") : low;
    max = nan ? __builtin_nanf("") : high;
  }
};

/** Of `count` consecutive elements. */
inline Range rangeOf(const float* x, size_t count) {
  constexpr size_t width = Vector::width;
  Range range;
  Vector low[2] = {Vector::broadcast(range.low), Vector::broadcast(range.low)};
  Vector high[2] = {Vector::broadcast(range.high), Vector::broadcast(range.high)};
  Mask nan = isNaN(low[0]);
  size_t i = 0;
  for (; i + 2 * width <= count; i += 2 * width) {
#pragma GCC unroll 2
    for (size_t v = 0; v < 2; ++v) {
      const Vector value = Vector::load(x + i + v * width);
      low[v] = smaller(value, low[v]);
      high[v] = larger(value, high[v]);
      nan = nan | isNaN(value);
    }
  }
  // Not worth it for the few weights of a depthwise filter.
  if (i > 0) {
    float lows[width], highs[width];
    smaller(low[0], low[1]).store(lows);
    larger(high[0], high[1]).store(highs);
    for (size_t lane = 0; lane < width; ++lane) range.add(Range{lows[lane], highs[lane], false});
  }
  range.nan = any(nan);
  for (; i < count; ++i) range.add(x[i]);
  return range;
}

}  // namespace octavo::OCTAVO_ISA
