#pragma once
#include "dot.h"
#include "pack.h"
#include "requantize.h"
#include "span.h"
#include "workspace.h"

// The end of every quantized convolution: from int32 sums to 8 bits, as docs/numerics.md writes it.
namespace octavo::OCTAVO_ISA {

/** sum + bias without wrapping: qnnpack's rule. */
template <typename V>
__attribute__((noinline)) Int<V> addClamped(Int<V> sum, const int32_t* bias) {
  int32_t lanes[V::width];
  sum.store(lanes);
  for (size_t i = 0; i < V::width; ++i) {
    if (__builtin_add_overflow(lanes[i], bias[i], &lanes[i])) lanes[i] = bias[i] < 0 ? INT32_MIN : INT32_MAX;
  }
  return Int<V>::load(lanes);
}

/** What one call's channels need; the arrays can be read in whole vectors. */
struct Requantizer {
  const float *bias, *multiplier;
  /** Instead of `bias`, or null. */
  const int32_t* integerBias;
  Rounder round;

  /** clamp(rne((sum + bias) · multiplier) + zeroPoint). */
  template <typename V>
  Int<V> requantize(Int<V> sum, size_t channel) const {
    const V biased = integerBias ? toFloat(addClamped<V>(sum, integerBias + channel))
                                 : toFloat(sum) + V::load(bias + channel);
    return round(biased * V::load(multiplier + channel));
  }

  Requantizer from(size_t channel) const {
    return {bias + channel, multiplier + channel, integerBias ? integerBias + channel : nullptr, round};
  }
};

/**
 * Copies of a call's bias and multiplier that whole vectors may be read from, beyond the last channel too.
 */
class RequantizerArrays {
  /** Columns by which a tile may pass the last channel. */
  static constexpr size_t slack = dotTile.vectors * Vector::width + DepthwiseDot::channels;
  Workspace<float> biases, multipliers;

 public:
  const Requantizer requantizer;

  RequantizerArrays(const Bias& bias, Span<const float> multiplier, int32_t zeroPoint, int32_t low,
                    int32_t high)
      : biases(bias.length + slack),
        multipliers(multiplier.length + slack),
        requantizer{biases.data(), multipliers.data(),
                    bias.integers() ? reinterpret_cast<const int32_t*>(biases.data()) : nullptr,
                    Rounder(zeroPoint, low, high)} {
    std::memset(biases.data() + bias.length, 0, slack * sizeof(float));
    std::memset(multipliers.data() + multiplier.length, 0, slack * sizeof(float));
    std::memcpy(biases.data(), bias.data, bias.length * sizeof(float));
    std::memcpy(multipliers.data(), multiplier.data, multiplier.length * sizeof(float));
  }
};

/** Stores the first `count` of `Vectors` vectors of channels as bytes. */
template <size_t Vectors>
inline void storeBytes(const IntVector (&values)[Vectors], size_t count, uint8_t* to) {
  constexpr size_t width = Vector::width;
  if (count == Vectors * width) {
    OCTAVO_UNROLL
    for (size_t v = 0; v < Vectors; ++v) values[v].store(to + v * width);
    return;
  }
  uint8_t bytes[Vectors * width];
  for (size_t v = 0; v < Vectors; ++v) values[v].store(bytes + v * width);
  for (size_t i = 0; i < count; ++i) to[i] = bytes[i];
}

}  // namespace octavo::OCTAVO_ISA
