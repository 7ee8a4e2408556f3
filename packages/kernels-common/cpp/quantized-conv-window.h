#pragma once
#include <bit>
#include <cstring>

#include "quantized-conv-tile.h"
#include "task-grid.h"
#include "threads.h"
#include "workspace.h"

#ifdef OCTAVO_PAIRED_DOT

// Activations of eight bits for products of seven: most lie in a window of 128 values. One outside leaves its remainder in the
// row, and what its product lacks, ±128 times a weight of each column, is a part of what the sums of that row begin with.
namespace octavo::OCTAVO_ISA {

/** Weights once more, by depth: blocks of `most` columns, the last one narrower; in each (depth, columns). */
struct DepthTable {
  static constexpr size_t least = ManySums::count, most = 4 * least;
  size_t depth, columns;

  size_t bytes() const { return depth * roundUp(columns, least); }
  /** Columns of the block with `column`. */
  size_t blockWidth(size_t column) const {
    return smallest(most, roundUp(columns, least) - column / most * most);
  }
  /** Bytes before the weights of a column at depth 0. */
  size_t offset(size_t column) const { return column / most * most * depth + column % most; }

  /** Of panels of these columns. */
  void pack(const uint8_t* panels, int8_t* to) const {
    using P = PairedProduct;
    constexpr size_t taskElements = size_t(1) << 16, width = columnsOf<P>;
    const size_t steps = divideUp(depth, P::depth);
    // Where no panel has columns.
    if (bytes() > depth * roundUp(columns, Vector::width)) std::memset(to, 0, bytes());
    parallelFor(divideUp(columns, width), 1 + taskElements / (1 + depth * width), [&](size_t begin, size_t end) {
      for (size_t first = begin * width; first < smallest(end * width, columns); first += width) {
        const uint8_t* panel = panels + dotElements<P>(depth, first);
        const uint32_t* const places = StepOrder{reinterpret_cast<const uint32_t*>(panel)}.places();
        panel += P::orderBytes(steps);
        const size_t count = smallest(width, roundUp(columns, Vector::width) - first), stride = blockWidth(first);
        for (size_t step = 0; step < steps; ++step, panel += count * P::depth) {
          int8_t* row = to + offset(first) + places[step] * stride;
          for (size_t k = places[step]; k < smallest(places[step] + P::depth, depth); ++k, row += stride) {
            for (size_t column = 0; column < count; ++column) row[column] = int8_t(panel[column * P::depth + k % P::depth]);
          }
        }
      }
    });
  }

  /** −`by` · Σ weights of each column. */
  void packStarts(int32_t by, const int8_t* table, int32_t* to) const {
    for (size_t first = 0; first < columns; first += most) {
      const size_t count = blockWidth(first);
      std::memset(to + first, 0, count * sizeof(int32_t));
      const int8_t* row = table + offset(first);
      for (size_t k = 0; k < depth; ++k, row += count) {
        for (size_t column = 0; column < count; ++column) to[first + column] += row[column];
      }
      for (size_t column = 0; column < count; ++column) to[first + column] = -int32_t(uint32_t(by) * uint32_t(to[first + column]));
    }
  }
};

/** Places in a row, at most 65 536. */
struct Places {
  uint16_t* end;
  /** Elements behind the last one that may be written. */
  static constexpr size_t slack = 2;

  /** first + the place of each bit. */
  void add(uint32_t bits, size_t first) {
    // Most have two or fewer: no branch depends on how many.
    constexpr uint64_t none = uint64_t(1) << 32;
    const uint64_t rest = (bits & (bits - 1)) | none;
    end[0] = uint16_t(first + size_t(std::countr_zero(bits | none)));
    end[1] = uint16_t(first + size_t(std::countr_zero(rest)));
    end += (bits != 0) + (rest != none);
    for (uint64_t more = rest & (rest - 1) & (none - 1); more != 0; more &= more - 1) {
      *end++ = uint16_t(first + size_t(std::countr_zero(more)));
    }
  }
};

/** What the sums of a block of rows begin with. */
class WindowStarts {
  /** Of a row: places above the window from the first element on, below it from the second half on. */
  const size_t room;
  const Workspace<uint16_t> places;
  const Workspace<size_t> counts;
  /** Whole vectors of columns, some of them before the block's. */
  const size_t first, before, stride;
  const Workspace<int32_t> starts;

 public:
  /**
   * Leaves in each row of `a`, whose values count from the window's least one modulo 256, remainders modulo 128. The uppermost
   * `below` of 256 values lie below the window, at most 128. `start` has what sums of all columns begin with otherwise.
   */
  WindowStarts(uint8_t* a, size_t rowStride, uint8_t below, const DepthTable& table, const int8_t* weights,
               const int32_t* start, const TaskGrid::Block& block)
      : room(table.depth + Places::slack),
        places(block.rows * 2 * room),
        counts(block.rows * 2),
        first(block.column / DepthTable::least * DepthTable::least),
        before(block.column - first),
        stride(roundUp(before + block.columns, DepthTable::least)),
        starts(block.rows * stride) {
    for (size_t r = 0; r < block.rows; ++r) find(r, a + r * rowStride, table.depth, below);
    size_t columns = 0;
    for (size_t j = 0; j < stride; j += columns) {
      const size_t column = first + j, width = table.blockWidth(column);
      columns = smallest(stride - j, width - column % DepthTable::most);
      const int8_t* const from = weights + table.offset(column);
      const auto add = addOf[columns / DepthTable::least - 1];
      for (size_t r = 0; r < block.rows; ++r) (this->*add)(r, j, from, width, start + column);
    }
  }

  RowStart of() const { return {starts.data() + before, stride}; }

 private:
  void find(size_t r, uint8_t* row, size_t depth, uint8_t below) {
    Places over{places.data() + r * 2 * room}, under{over.end + room};
    const uint16_t *const firstOver = over.end, *const firstUnder = under.end;
    const auto part = [&](uint8_t* bytes, size_t k) {
      const ManyBytes x = ManyBytes::load(bytes);
      x.storeLow(bytes);
      const uint32_t outside = x.high(), isUnder = below > 0 ? x.from(uint8_t(256 - below)) : 0;
      over.add(outside & ~isUnder, k);
      if (below > 0) under.add(isUnder, k);
    };
    size_t k = 0;
    for (; k + ManyBytes::count <= depth; k += ManyBytes::count) part(row + k, k);
    if (k < depth) {
      uint8_t rest[ManyBytes::count] = {};
      std::memcpy(rest, row + k, depth - k);
      part(rest, k);
      std::memcpy(row + k, rest, depth - k);
    }
    counts.data()[2 * r] = size_t(over.end - firstOver);
    counts.data()[2 * r + 1] = size_t(under.end - firstUnder);
  }

  /** Weights of so many places, of both kinds together, have sums that fit int16. */
  static constexpr size_t together = 126;

  template <size_t Vectors>
  void add(size_t r, size_t column, const int8_t* weights, size_t width, const int32_t* start) {
    constexpr size_t columns = Vectors * ManySums::count;
    const uint16_t *over = places.data() + r * 2 * room, *under = over + room;
    const uint16_t *const overEnd = over + counts.data()[2 * r], *const underEnd = under + counts.data()[2 * r + 1];
    int32_t* const to = starts.data() + r * stride + column;
    do {
      ManySums sums[Vectors];
      OCTAVO_UNROLL
      for (ManySums& some : sums) some = ManySums::zeros();
      over = eachPair(over, overEnd, weights, width, [&](const int8_t* a, const int8_t* b) {
        OCTAVO_UNROLL
        for (size_t v = 0; v < Vectors; ++v) sums[v] = sums[v] + ManySums::of(a + v * ManySums::count, b + v * ManySums::count);
      });
      under = eachPair(under, underEnd, weights, width, [&](const int8_t* a, const int8_t* b) {
        OCTAVO_UNROLL
        for (size_t v = 0; v < Vectors; ++v) sums[v] = sums[v] - ManySums::of(a + v * ManySums::count, b + v * ManySums::count);
      });
      int16_t shorts[columns];
      OCTAVO_UNROLL
      for (size_t v = 0; v < Vectors; ++v) sums[v].store(shorts + v * ManySums::count);
      for (size_t i = 0; i < columns; ++i) to[i] = int32_t(uint32_t(start[i]) + (uint32_t(int32_t(shorts[i])) << 7));
      start = to;
    } while (over < overEnd || under < underEnd);
  }

  /** Weights of two places at a time, or of one and zeros; returns where it stopped. */
  template <typename Add>
  [[gnu::always_inline]] static const uint16_t* eachPair(const uint16_t* at, const uint16_t* end, const int8_t* weights,
                                                         size_t width, const Add& add) {
    alignas(64) static constexpr int8_t zeros[DepthTable::most] = {};
    const size_t count = smallest(together, size_t(end - at));
    const uint16_t* const stop = at + count;
    for (; at + 2 <= stop; at += 2) add(weights + at[0] * width, weights + at[1] * width);
    if (at < stop) add(weights + *at * width, zeros);
    return stop;
  }

  static constexpr decltype(&WindowStarts::add<1>) addOf[] = {&WindowStarts::add<1>, &WindowStarts::add<2>, &WindowStarts::add<3>,
                                                              &WindowStarts::add<4>};
};

}  // namespace octavo::OCTAVO_ISA
#endif
