#pragma once
#include "elementwise.h"

namespace octavo::OCTAVO_ISA {

/** `body(start)` for the first element of every row, in parallel pieces of some `grain` elements. */
template <typename Body>
inline void eachRow(size_t rows, size_t columns, size_t grain, const Body& body) {
  parallelFor(rows, 1 + grain / (columns + 1), [&](size_t begin, size_t end) {
    for (size_t row = begin; row < end; ++row) body(row * columns);
  });
}

}  // namespace octavo::OCTAVO_ISA
