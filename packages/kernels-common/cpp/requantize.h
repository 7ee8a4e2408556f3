#pragma once
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

/** Dequantizes a and b, combines them by one float32 operation, and quantizes. */
template <typename Combine>
inline void quantizedPairs(Input8 a, float aScale, int32_t aZero, Input8 b, float bScale, int32_t bZero, Output8 y,
                           float yScale, int32_t yZero, int32_t low, int32_t high, const Combine& combine) {
  OCTAVO_EXPECT(a.length == y.length && b.length == y.length, "a, b and y of equal lengths");
  const float inverse = 1.0f / yScale;
  const Rounder round(yZero, low, high);
  const ByteRounder roundBytes(yZero, low, high);
  withElements(a, [&](const auto* left) {
    withElements(b, [&](const auto* right) {
      withElements(y, [&](auto* out) {
        const auto value = [&](auto lanes, size_t i) {
          using V = decltype(lanes);
          const V p = toFloat(Int<V>::load(left + i) - Int<V>::broadcast(aZero)) * V::broadcast(aScale);
          const V q = toFloat(Int<V>::load(right + i) - Int<V>::broadcast(bZero)) * V::broadcast(bScale);
          return combine(p, q) * V::broadcast(inverse);
        };
        parallelFor(y.length, elementGrain, [&](size_t begin, size_t end) {
          constexpr size_t width = Vector::width;
          size_t i = begin;
          for (; i + 4 * width <= end; i += 4 * width) {
            Vector values[4];
            for (size_t v = 0; v < 4; ++v) values[v] = value(Vector{}, i + v * width);
            auto* const bytes = reinterpret_cast<uint8_t*>(out + i);
            roundBytes.store(values, bytes, values + 2, bytes + 2 * width);
          }
          for (; i < end; ++i) round(value(Scalar{}, i)).store(out + i);
        });
      });
    });
  });
}

void quantizedAdd(Input8 a, float aScale, int32_t aZeroPoint, Input8 b, float bScale, int32_t bZeroPoint, Output8 y,
                  float yScale, int32_t yZeroPoint, int32_t low, int32_t high) {
  quantizedPairs(a, aScale, aZeroPoint, b, bScale, bZeroPoint, y, yScale, yZeroPoint, low, high,
                 [](auto p, auto q) { return p + q; });
}

void quantizedMul(Input8 a, float aScale, int32_t aZeroPoint, Input8 b, float bScale, int32_t bZeroPoint, Output8 y,
                  float yScale, int32_t yZeroPoint, int32_t low, int32_t high) {
  quantizedPairs(a, aScale, aZeroPoint, b, bScale, bZeroPoint, y, yScale, yZeroPoint, low, high,
                 [](auto p, auto q) { return p * q; });
}

void quantizedLookup(Input8 x, Input8 table, Output8 y) {
  OCTAVO_EXPECT(x.length == y.length && table.length == 256, "x and y of equal lengths and a table of 256 entries");
  const auto* from = static_cast<const uint8_t*>(x.data);
  const auto* entries = static_cast<const uint8_t*>(table.data);
  auto* to = static_cast<uint8_t*>(y.data);
  // x − smallest, of signed bytes, is the unsigned byte with its top bit flipped.
  const uint8_t flip = x.kind == ElementKind::int8 ? 128 : 0;
  parallelFor(y.length, 4 * elementGrain, [&](size_t begin, size_t end) {
#pragma GCC unroll 8
    for (size_t i = begin; i < end; ++i) to[i] = entries[from[i] ^ flip];
  });
}

}  // namespace octavo::OCTAVO_ISA
