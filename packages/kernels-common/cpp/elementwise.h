#pragma once
#include "threads.h"

// Loops over elements: whole vectors, then the rest with one lane, several threads above a size.
namespace octavo::OCTAVO_ISA {

/** Elements per piece of an elementwise loop: 64 KiB of float32, some 10 µs from the cache. */
constexpr size_t elementGrain = 16384;

/**
 * `body(lanes, i)` for i in [begin, end); `lanes` is a value of `Vector` or `Scalar`, whose type the body uses:
 * `[=](auto lanes, size_t i) { using V = decltype(lanes); … V::load(&x[i]) … }`. A body that stores vectors captures by
 * value: such a store may alias anything, so what is captured by reference would be read again after each.
 */
template <typename Body>
inline void eachVector(size_t begin, size_t end, const Body& body) {
  const Body own = body;
  size_t i = begin;
  for (; i + Vector::width <= end; i += Vector::width) own(Vector{}, i);
  for (; i < end; ++i) own(Scalar{}, i);
}

/** As `eachVector` over [0, count), in parallel when there is enough to do. */
template <typename Body>
inline void eachElement(size_t count, const Body& body) {
  parallelFor(count, elementGrain, [&](size_t begin, size_t end) { eachVector(begin, end, body); });
}

}  // namespace octavo::OCTAVO_ISA
