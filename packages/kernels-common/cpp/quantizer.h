#pragma once
#include "vector-scalar.h"

// docs/numerics.md, quantize.
namespace octavo::OCTAVO_ISA {

/**
 * The quantization of one channel. With t = rne(fl(x · fl(1/scale))), clamping t to [low, high] = [quantMin, quantMax] −
 * zeroPoint in float32 gives the integer less its zero point, exactly, while the ends fit the 24 bits of a float32.
 */
struct Quantizer {
  float inverse, scale, low, high;
  int32_t zeroPoint;
  double quantMin, quantMax;

  Quantizer(float step, int32_t zero, double smallest, double largest)
      : inverse(1.0f / step), scale(step), low(float(smallest - zero)), high(float(largest - zero)), zeroPoint(zero),
        quantMin(smallest), quantMax(largest) {}

  bool fitsFloat() const { return low >= -16777216.0f && high <= 16777216.0f; }

  /** rne(fl(x · fl(1/scale))), 0 where that is NaN. */
  template <typename V> V rounded(V x) const {
    const V scaled = x * V::broadcast(inverse);
    return keep(scaled == scaled, roundEven(scaled));
  }
  /** The integer less its zero point, as a float; never −0. */
  template <typename V> V centred(V x) const {
    return smaller(V::broadcast(high), larger(V::broadcast(low), rounded(x))) + V::broadcast(0);
  }
  /** The same for ranges that do not fit a float32. */
  double integer(float x) const {
    const double value = double(rounded(Scalar{x}).v) + zeroPoint;
    return value < quantMin ? quantMin : value > quantMax ? quantMax : value;
  }
};

}  // namespace octavo::OCTAVO_ISA
