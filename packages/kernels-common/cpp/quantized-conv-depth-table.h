#pragma once
#include <cstring>

#include "quantized-conv-tile.h"
#include "threads.h"

#ifdef OCTAVO_PAIRED_DOT
namespace octavo::OCTAVO_ISA {

/** Weights by depth, beside their panels: in blocks of columns, the last one narrower; in each (depth, columns) and a row of zeros. */
struct DepthTable {
  /** Whole vectors of columns, and whole panels. */
  static constexpr size_t columnStep = ManySums::count, blockColumns = 4 * columnStep;
  static_assert(blockColumns % columnsOf<PairedProduct> == 0);
  size_t depth, columns;

  size_t bytes() const { return (depth + 1) * roundUp(columns, columnStep); }
  /** Columns of the block with `column`. */
  size_t blockWidth(size_t column) const {
    return smallest(blockColumns, roundUp(columns, columnStep) - column / blockColumns * blockColumns);
  }
  /** Bytes before the weights of a column at depth 0. */
  size_t offset(size_t column) const { return column / blockColumns * blockColumns * (depth + 1) + column % blockColumns; }

  /** Of panels of these columns. */
  void pack(const uint8_t* panels, int8_t* to) const {
    using P = PairedProduct;
    constexpr size_t width = columnsOf<P>;
    const size_t steps = divideUp(depth, P::depth);
    std::memset(to, 0, bytes());
    parallelFor(divideUp(columns, width), grainOf(packedInTask, depth * width), [&](size_t begin, size_t end) {
      for (size_t first = begin * width; first < smallest(end * width, columns); first += width) {
        const uint8_t* panel = panels + dotElements<P>(depth, first);
        const uint32_t* const offsets = StepOrder(panel).offsets();
        panel += StepOrder::bytes(steps);
        const size_t count = smallest(width, roundUp(columns, Vector::width) - first), stride = blockWidth(first);
        for (size_t step = 0; step < steps; ++step, panel += count * P::depth) {
          int8_t* row = to + offset(first) + offsets[step] * stride;
          for (size_t k = offsets[step]; k < smallest(offsets[step] + P::depth, depth); ++k, row += stride) {
            for (size_t column = 0; column < count; ++column) row[column] = int8_t(panel[column * P::depth + k % P::depth]);
          }
        }
      }
    });
  }
};

}  // namespace octavo::OCTAVO_ISA
#endif
