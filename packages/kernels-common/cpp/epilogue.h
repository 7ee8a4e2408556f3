#pragma once
#include "clamp-epilogue.h"
#include "quantize.h"
#include "span.h"

// What is applied to each element before it is stored, in one pass with what computes it: a clamp, then perhaps a
// fake-quantization; and the gradient of both. Bit for bit the kernels `unary` (clamp) and `fakeQuantize` one by one.
namespace octavo::OCTAVO_ISA {

struct NoEpilogue {
  template <typename V> V apply(V value) const { return value; }
  /** The gradient of `value` before the epilogue, from `gradient` after it. */
  template <typename V> V gradient(V, V gradient) const { return gradient; }
};

struct QuantizingEpilogue {
  ClampEpilogue clamp;
  Quantizer quantizer;
  template <typename V> V apply(V value) const {
    return quantizer.centred(clamp.apply(value)) * V::broadcast(quantizer.scale);
  }
  template <typename V> V gradient(V value, V gradient) const {
    const V integer = quantizer.rounded(clamp.apply(value));
    const auto inside = (integer >= V::broadcast(quantizer.low)) & (integer <= V::broadcast(quantizer.high));
    return clamp.gradient(value, keep(inside, gradient));
  }
};

inline bool isEpilogue(OptionalSpan<const float> values) {
  return !values || values.length == 2 || values.length == 6;
}

/** `body(epilogue)` with the one that `values` mean: none, (low, high), or (…, scale, zeroPoint, quantMin, quantMax). */
template <typename Body>
inline void withEpilogue(OptionalSpan<const float> values, const Body& body) {
  if (!values) return body(NoEpilogue{});
  const ClampEpilogue clamp = {values[0], values[1]};
  if (values.length == 2) return body(clamp);
  body(QuantizingEpilogue{clamp, Quantizer(values[2], int32_t(values[3]), double(values[4]), double(values[5]))});
}

#define OCTAVO_EXPECT_EPILOGUE(values) \
  OCTAVO_EXPECT(isEpilogue(values), "an epilogue of 2 or 6 numbers")

}  // namespace octavo::OCTAVO_ISA
