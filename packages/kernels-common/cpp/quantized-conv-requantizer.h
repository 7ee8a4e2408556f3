#pragma once
#include "dot.h"
#include "pack.h"
#include "tiles.h"
#include "element-types.h"
#include "span.h"
#include "workspace.h"

// The end of every quantized convolution: from int32 sums to 8 bits, as docs/numerics.md writes it, or to floats.
namespace octavo::OCTAVO_ISA {

struct Requantizer;
/** Makes results of rows of sums, `columns` apart: `count` of each row, at `to`. */
using SumsStore = void(const Requantizer& requantizer, int32_t* sums, size_t rows, size_t columns, uint8_t* const* to, size_t count);

/** What one call's channels need; the arrays can be read in whole vectors. */
struct Requantizer {
  const float *bias, *multiplier;
  /** What is added to sums, without wrapping, before `scale`, while `bias` is 0; or null. */
  const int32_t* integerBias;
  /** Stores sums in place of rounding to bytes, or null: for integer biases, values that rounding does not take as they are, floats. */
  SumsStore* instead;
  ByteRounder round;
  /** Bytes of a result. */
  size_t bytes;

  /** (sum + bias) · multiplier. */
  Vector scale(IntVector sum, size_t channel) const {
    return (toFloat(sum) + Vector::load(bias + channel)) * Vector::load(multiplier + channel);
  }

  Requantizer from(size_t channel) const {
    return {bias + channel, multiplier + channel, integerBias ? integerBias + channel : nullptr, instead, round, bytes};
  }
};

static SumsStore storeUnusual, storeFloats;

/** Copies of a call's bias and multiplier that whole vectors may be read from, beyond the last channel too. */
class RequantizerArrays {
  /** Columns by which a tile may pass the last channel. */
  static constexpr size_t slack = (dotTile.vectors + byteTile.vectors) * Vector::width + DepthwiseDot::channels;
  const size_t length;
  /** Biases, multipliers and integer biases, each with slack. */
  const Workspace<float> arrays;

  /** The array with its slack filled, all of it where `from` is null. */
  float* filled(size_t array, const void* from) const {
    float* const to = arrays.data() + array * (length + slack);
    const size_t given = from ? length : 0;
    if (given > 0) std::memcpy(to, from, given * sizeof(float));
    std::memset(to + given, 0, (length + slack - given) * sizeof(float));
    return to;
  }

  /** Whether rounding takes (sum + bias) · multiplier of each channel, whatever the sum is. NaN it does not. */
  bool takesAll() const {
    if (ByteRounder::saturates) return true;
    const float *const bias = arrays.data(), *const multiplier = bias + length + slack;
    // To the end, so that compilers take whole vectors: it runs with every call.
    int32_t beyond = 0;
    for (size_t i = 0; i < length; ++i) {
      beyond |= !((0x1p31f + __builtin_fabsf(bias[i])) * __builtin_fabsf(multiplier[i]) < 0x1p31f);
    }
    return beyond == 0;
  }

 public:
  const Requantizer requantizer;

  RequantizerArrays(const Bias& bias, Span<const float> multiplier, int32_t zeroPoint, int32_t low,
                    int32_t high)
      : length(bias.length),
        arrays((bias.integers() ? 3 : 2) * (length + slack)),
        requantizer{filled(0, bias.floats()), filled(1, multiplier.data),
                    bias.integers() ? reinterpret_cast<const int32_t*>(filled(2, bias.integers())) : nullptr,
                    bias.integers() || !takesAll() ? storeUnusual : nullptr,
                    ByteRounder(zeroPoint, low, high), 1} {}
};

/**
 * Requantizes rows of sums, `columns` apart, after a bias was added without wrapping, qnnpack's rule, and of values of any size.
 * Few networks have them, so that one loop serves tiles of all sizes.
 */
static void storeUnusual(const Requantizer& requantizer, int32_t* sums, size_t rows, size_t columns, uint8_t* const* to,
                         size_t count) {
  constexpr size_t width = Vector::width;
  for (size_t row = 0; row < rows; ++row, sums += columns) {
    for (size_t i = 0; requantizer.integerBias && i < columns; ++i) {
      const int32_t bias = requantizer.integerBias[i];
      if (__builtin_add_overflow(sums[i], bias, &sums[i])) sums[i] = bias < 0 ? INT32_MIN : INT32_MAX;
    }
    for (size_t i = 0; i < count; i += width) {
      // Far above all that is not clamped.
      const Vector value = smaller(requantizer.scale(IntVector::load(sums + i), i), Vector::broadcast(0x1p30f));
      const Vector values[2] = {value, Vector::broadcast(0)};
      uint8_t bytes[2][2 * width];
      requantizer.round.store(values, bytes[0], values, bytes[1]);
      std::memcpy(to[row] + i, bytes[0], smallest(width, count - i));
    }
  }
}

/** Rows of sums as floats: sum · multiplier + bias, rounded twice. */
static void storeFloats(const Requantizer& requantizer, int32_t* sums, size_t rows, size_t columns, uint8_t* const* to,
                        size_t count) {
  constexpr size_t width = Vector::width;
  for (size_t row = 0; row < rows; ++row, sums += columns) {
    auto* const floats = reinterpret_cast<float*>(to[row]);
    for (size_t i = 0; i < count; i += width) {
      const Vector product = toFloat(IntVector::load(sums + i)) * Vector::load(requantizer.multiplier + i);
      const Vector value = product + Vector::load(requantizer.bias + i);
      if (i + width <= count) {
        value.store(floats + i);
      } else {
        float lanes[width];
        value.store(lanes);
        std::memcpy(floats + i, lanes, (count - i) * sizeof(float));
      }
    }
  }
}

/**
 * Requantizes rows of `Vectors` vectors of sums; the first `count` channels of row r go to `at(r)`. Neither rows
 * nor their ends may overlap.
 */
template <size_t Rows, size_t Vectors, typename At>
[[gnu::always_inline]] inline void storeRows(const Requantizer& requantizer, const IntVector (&sums)[Rows][Vectors], size_t count,
                                             const At& at) {
  constexpr size_t width = Vector::width, pairs = (Vectors + 1) / 2, stores = Rows * pairs;
  if (requantizer.instead) [[unlikely]] {
    int32_t lanes[Rows][Vectors * width];
    uint8_t* to[Rows];
    OCTAVO_UNROLL
    for (size_t row = 0; row < Rows; ++row) {
      OCTAVO_UNROLL
      for (size_t v = 0; v < Vectors; ++v) sums[row][v].store(lanes[row] + v * width);
      to[row] = at(row);
    }
    return requantizer.instead(requantizer, lanes[0], Rows, Vectors * width, to, count);
  }
  // Rounding takes two pairs of vectors, each of some row; what is missing at the end is done twice.
  const auto all = [&](const auto& place) __attribute__((always_inline)) {
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
