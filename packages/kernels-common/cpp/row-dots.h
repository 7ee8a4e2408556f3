#pragma once
#include "blocking.h"
#include "dot.h"

// Dot products of rows that lie as they are, nothing packed: for weights that meet few rows at a time.
namespace octavo::OCTAVO_ISA {

/** int16 of a `Dot`. */
constexpr size_t dotWidth = Dot::depth * Vector::width;

/** int16 from row to row of the left operand: zeros fill its last vector. */
constexpr size_t rowDotsStride(size_t depth) { return roundUp(depth, dotWidth); }

/** Some rows of weights, whose last vectors are copied where zeros follow, so that no load leaves the array. */
template <size_t Count>
struct WeightRows {
  const int8_t* rows[Count];
  size_t depth, whole;
  int8_t ends[Count][dotWidth];

  /** `count` rows; the last is repeated. */
  WeightRows(const int8_t* first, size_t count, size_t length)
      : depth(length), whole(length / dotWidth * dotWidth) {
    for (size_t i = 0; i < Count; ++i) rows[i] = first + smallest(i, count - 1) * length;
    if (whole == depth) return;
    std::memset(ends, 0, sizeof(ends));
    for (size_t i = 0; i < Count; ++i) std::memcpy(ends[i], rows[i] + whole, depth - whole);
  }
};

/** sums[o] = Σ x[i] · weight i of row o over the depth, exact as long as it fits int32. */
template <size_t Count>
inline void rowDots(const int16_t* x, const WeightRows<Count>& weights, int32_t (&sums)[Count]) {
  IntVector partial[Count];
  OCTAVO_UNROLL
  for (IntVector& sum : partial) sum = IntVector::broadcast(0);
  const auto add = [&](size_t i, const auto& vectorOf) {
    const Dot value = Dot::load(x + i);
    OCTAVO_UNROLL
    for (size_t o = 0; o < Count; ++o) partial[o] = dot(value, widen(vectorOf(o)), partial[o]);
  };
  for (size_t i = 0; i < weights.whole; i += dotWidth) add(i, [&](size_t o) { return weights.rows[o] + i; });
  if (weights.whole < weights.depth) add(weights.whole, [&](size_t o) { return weights.ends[o]; });
  for (size_t o = 0; o < Count; ++o) {
    int32_t lanes[Vector::width];
    partial[o].store(lanes);
    sums[o] = 0;
    for (int32_t lane : lanes) sums[o] += lane;
  }
}

}  // namespace octavo::OCTAVO_ISA
