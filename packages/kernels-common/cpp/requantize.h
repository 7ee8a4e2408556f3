#pragma once
#include <cstring>

#include "dot.h"
#include "element-types.h"
#include "elementwise.h"
#include "vector-scalar.h"

// docs/numerics.md: requantize, and the element-wise operators that end in it.
namespace octavo::OCTAVO_ISA {

/** clamp(rne(value) + zeroPoint, low, high), clamped before the zero point is added, where float32 is exact. */
struct Rounder {
  float low, high;
  int32_t zeroPoint;

  Rounder(int32_t zero, int32_t smallest, int32_t largest)
      : low(float(smallest - zero)), high(float(largest - zero)), zeroPoint(zero) {}

  template <typename V> Int<V> operator()(V value) const {
    const V clamped = smaller(V::broadcast(high), larger(V::broadcast(low), roundEven(value)));
    return toInt(clamped) + Int<V>::broadcast(zeroPoint);
  }
};

void requantize(Span<const int32_t> accumulator, Bias bias, Span<const float> multiplier, Output8 y, size_t rows,
                size_t channels, int32_t yZeroPoint, int32_t low, int32_t high) {
  OCTAVO_EXPECT(accumulator.length >= rows * channels && y.length >= rows * channels, "rows × channels accumulators and outputs");
  OCTAVO_EXPECT(bias.length >= channels && multiplier.length >= channels, "a bias and a multiplier per channel");
  const Rounder round(yZeroPoint, low, high);
  withElements(y, [&](auto* out) {
    parallelFor(rows, 1 + elementGrain / (channels + 1), [&](size_t first, size_t last) {
      for (size_t row = first; row < last; ++row) {
        const int32_t* sums = &accumulator[row * channels];
        auto* target = out + row * channels;
        if (const float* b = bias.floats()) {
          eachVector(0, channels, [&](auto lanes, size_t c) {
            using V = decltype(lanes);
            const V biased = toFloat(Int<V>::load(sums + c)) + V::load(b + c);
            round(biased * V::load(&multiplier[c])).store(target + c);
          });
        } else {
          const int32_t* integers = bias.integers();
          for (size_t c = 0; c < channels; ++c) {
            const int64_t sum = int64_t(sums[c]) + integers[c];
            const int64_t clamped = sum < INT32_MIN ? INT32_MIN : sum > INT32_MAX ? INT32_MAX : sum;
            round(Scalar{static_cast<float>(clamped) * multiplier[c]}).store(target + c);
          }
        }
      }
    });
  });
}

/** An operand of 8 bits, which is read four vectors at a time. Signed bytes are read as unsigned ones, 128 higher. */
struct Operand8 {
  const uint8_t* data;
  uint8_t flip;
  Vector zero, scale;

  Operand8(const Input8& array, float step, int32_t zeroPoint)
      : data(static_cast<const uint8_t*>(array.data)),
        flip(array.kind == ElementKind::int8 ? 0x80 : 0),
        zero(Vector::broadcast(raisedBy + float(zeroPoint + flip))),
        scale(Vector::broadcast(step)) {}

  /** Dequantizes what lies at `from`. */
  [[gnu::always_inline]] void load(const uint8_t* from, Vector* values) const {
    loadRaised(from, flip, values);
    OCTAVO_UNROLL
    for (size_t v = 0; v < 4; ++v) values[v] = (values[v] - zero) * scale;
  }
};

/** Dequantizes a and b, combines them by one float32 operation, and quantizes. */
template <typename Combine>
inline void quantizedPairs(Input8 a, float aScale, int32_t aZero, Input8 b, float bScale, int32_t bZero, Output8 y,
                           float yScale, int32_t yZero, int32_t low, int32_t high, const Combine& combine) {
  OCTAVO_EXPECT(a.length == y.length && b.length == y.length, "a, b and y of equal lengths");
  const Operand8 left(a, aScale, aZero), right(b, bScale, bZero);
  const Vector inverse = Vector::broadcast(1.0f / yScale);
  const ByteRounder round(yZero, low, high);
  auto* const out = static_cast<uint8_t*>(y.data);
  parallelFor(y.length, elementGrain, [=](size_t begin, size_t end) {
    constexpr size_t together = 4 * Vector::width;
    // Copies of everything: stores of bytes might change what lies in memory.
    const auto some = [=](const uint8_t* p, const uint8_t* q, uint8_t* to) __attribute__((always_inline)) {
      Vector values[4], others[4];
      left.load(p, values);
      right.load(q, others);
      OCTAVO_UNROLL
      for (size_t v = 0; v < 4; ++v) values[v] = combine(values[v], others[v]) * inverse;
      round.storeFour(values, to);
    };
    const uint8_t *p = left.data + begin, *q = right.data + begin;
    uint8_t* to = out + begin;
    size_t rest = end - begin;
    for (; rest >= together; rest -= together, p += together, q += together, to += together) some(p, q, to);
    if (rest == 0) return;
    uint8_t last[3][together] = {};
    std::memcpy(last[0], p, rest);
    std::memcpy(last[1], q, rest);
    some(last[0], last[1], last[2]);
    std::memcpy(to, last[2], rest);
  });
}

void quantizedAdd(Input8 a, float aScale, int32_t aZeroPoint, Input8 b, float bScale, int32_t bZeroPoint, Output8 y,
                  float yScale, int32_t yZeroPoint, int32_t low, int32_t high) {
  quantizedPairs(a, aScale, aZeroPoint, b, bScale, bZeroPoint, y, yScale, yZeroPoint, low, high,
                 [](Vector p, Vector q) __attribute__((always_inline)) { return p + q; });
}

void quantizedMul(Input8 a, float aScale, int32_t aZeroPoint, Input8 b, float bScale, int32_t bZeroPoint, Output8 y,
                  float yScale, int32_t yZeroPoint, int32_t low, int32_t high) {
  quantizedPairs(a, aScale, aZeroPoint, b, bScale, bZeroPoint, y, yScale, yZeroPoint, low, high,
                 [](Vector p, Vector q) __attribute__((always_inline)) { return p * q; });
}

}  // namespace octavo::OCTAVO_ISA
