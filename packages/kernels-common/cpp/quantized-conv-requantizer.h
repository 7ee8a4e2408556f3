#pragma once
#include "dot.h"
#include "pack.h"
#include "tiles.h"
#include "element-types.h"
#include "span.h"
#include "workspace.h"

// The end of every quantized convolution: from int32 sums to 8 bits, as docs/numerics.md writes it.
namespace octavo::OCTAVO_ISA {

/** sum + bias without wrapping: qnnpack's rule. */
[[gnu::noinline]] static IntVector addClamped(IntVector sum, const int32_t* bias) {
  int32_t lanes[Vector::width];
  sum.store(lanes);
  for (size_t i = 0; i < Vector::width; ++i) {
    if (__builtin_add_overflow(lanes[i], bias[i], &lanes[i])) lanes[i] = bias[i] < 0 ? INT32_MIN : INT32_MAX;
  }
  return IntVector::load(lanes);
}

/** What one call's channels need; the arrays can be read in whole vectors. */
struct Requantizer {
  const float *bias, *multiplier;
  /** Instead of `bias`, or null. */
  const int32_t* integerBias;
  ByteRounder round;

  /** (sum + bias) · multiplier. */
  Vector scale(IntVector sum, size_t channel) const {
    const Vector biased = integerBias ? toFloat(addClamped(sum, integerBias + channel))
                                      : toFloat(sum) + Vector::load(bias + channel);
    return biased * Vector::load(multiplier + channel);
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
  static constexpr size_t slack = (dotTile.vectors + byteTile.vectors) * Vector::width + DepthwiseDot::channels;
  Workspace<float> biases, multipliers;

 public:
  const Requantizer requantizer;

  RequantizerArrays(const Bias& bias, Span<const float> multiplier, int32_t zeroPoint, int32_t low,
                    int32_t high)
      : biases(bias.length + slack),
        multipliers(multiplier.length + slack),
        requantizer{biases.data(), multipliers.data(),
                    bias.integers() ? reinterpret_cast<const int32_t*>(biases.data()) : nullptr,
                    ByteRounder(zeroPoint, low, high)} {
    std::memset(biases.data() + bias.length, 0, slack * sizeof(float));
    std::memset(multipliers.data() + multiplier.length, 0, slack * sizeof(float));
    std::memcpy(biases.data(), bias.data, bias.length * sizeof(float));
    std::memcpy(multipliers.data(), multiplier.data, multiplier.length * sizeof(float));
  }
};

/**
 * Requantizes rows of `Vectors` vectors of sums; the first `count` channels of row r go to `at(r)`. Neither rows
 * nor their ends may overlap.
 */
template <size_t Rows, size_t Vectors, typename At>
inline void storeRows(const Requantizer& requantizer, const IntVector (&sums)[Rows][Vectors], size_t count,
                      const At& at) {
  constexpr size_t width = Vector::width, pairs = (Vectors + 1) / 2, stores = Rows * pairs;
  // Rounding takes two pairs of vectors, each of some row; what is missing at the end is done twice.
  const auto all = [&](const auto& place) {
    OCTAVO_UNROLL
    for (size_t store = 0; store < stores; store += 2) {
      Vector values[2][2];
      uint8_t* to[2];
      OCTAVO_UNROLL
      for (size_t i = 0; i < 2; ++i) {
        const size_t one = smallest(store + i, stores - 1), row = one / pairs, first = one % pairs * 2;
        OCTAVO_UNROLL
        for (size_t j = 0; j < 2; ++j) {
          const size_t v = smallest(first + j, Vectors - 1);
          values[i][j] = requantizer.scale(sums[row][v], v * width);
        }
        to[i] = place(row) + first * width;
      }
      requantizer.round.store(values[0], to[0], values[1], to[1]);
    }
  };
  if (Vectors % 2 == 0 && count == Vectors * width) return all(at);
  uint8_t bytes[Rows][2 * pairs * width];
  all([&](size_t row) { return bytes[row]; });
  for (size_t row = 0; row < Rows; ++row) {
    uint8_t* const to = at(row);
    if (count == width) std::memcpy(to, bytes[row], width);
    else
      for (size_t i = 0; i < count; ++i) to[i] = bytes[row][i];
  }
}

}  // namespace octavo::OCTAVO_ISA
