#pragma once
#include "element-types.h"
#include "elementwise.h"

namespace octavo::OCTAVO_ISA {

/** QNNPACK's addition: multipliers of 22 bits, halves away from zero. All fits int32, as |q − zero point| ≤ 255. */
void quantizedAddFixed(Input8 a, int32_t aMultiplier, int32_t aZeroPoint, Input8 b, int32_t bMultiplier, int32_t bZeroPoint,
                       Output8 y, int32_t shift, int32_t yZeroPoint, int32_t low, int32_t high) {
  OCTAVO_EXPECT(a.length == y.length && b.length == y.length, "a, b and y of equal lengths");
  OCTAVO_EXPECT(a.kind == y.kind && b.kind == y.kind, "a, b and y of one element type");
  OCTAVO_EXPECT(shift > 0 && shift < 32, "a shift from 1 to 31");
  withElements(y, [&](auto* to) {
    using T = std::remove_pointer_t<decltype(to)>;
    const T *first = pointerTo<T>(a.data), *second = pointerTo<T>(b.data);
    parallelFor(y.length, elementGrain, [=](size_t begin, size_t end) {
      for (size_t i = begin; i < end; ++i) {
        const int32_t sum = aMultiplier * (first[i] - aZeroPoint) + bMultiplier * (second[i] - bZeroPoint);
        const uint32_t magnitude = sum < 0 ? 0u - uint32_t(sum) : uint32_t(sum);
        const int32_t rounded = int32_t((uint64_t(magnitude) + (uint64_t(1) << (shift - 1))) >> shift);
        const int32_t value = (sum < 0 ? -rounded : rounded) + yZeroPoint;
        to[i] = static_cast<T>(value < low ? low : value > high ? high : value);
      }
    });
  });
}

}  // namespace octavo::OCTAVO_ISA
