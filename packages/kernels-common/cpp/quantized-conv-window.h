#pragma once
#include <bit>
#include <cstring>

#include "quantized-conv-depth-table.h"
#include "workspace.h"

#ifdef OCTAVO_PAIRED_DOT

// Activations of eight bits for products of seven: most lie in a window of 128 values. An outlier leaves its remainder in the
// row, and what its product lacks, ±128 times a weight of each column, is a part of what the sums of that row begin with.
namespace octavo::OCTAVO_ISA {

/** A list of elements of a row, and perhaps one beyond it. */
struct ElementList {
  static constexpr size_t largest = UINT16_MAX;
  uint16_t *begin, *end;
  /** Entries behind the last one that may be written. */
  static constexpr size_t slack = 2;

  /** first + the index of each bit. */
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
  /** Adds `other`, if need be; returns how many there are. */
  size_t evenCount(size_t other) {
    *end = uint16_t(other);
    return roundUp(size_t(end - begin), 2);
  }
};

/** Which activations of some rows lie outside of the window. */
class Outliers {
  const size_t room;
  /** Of each row: those above the window, from the second half on those below it; an even number, with one beyond the row. */
  const Workspace<uint16_t> elements;
  const Workspace<size_t> counts;

 public:
  struct Range {
    const uint16_t *begin, *end;
  };

  /**
   * Leaves in each row, whose values count from the window's least one modulo 256, remainders modulo 128. The uppermost `below` of
   * 256 values lie below the window, at most 128.
   */
  Outliers(uint8_t* rows, size_t stride, size_t count, size_t depth, uint8_t below)
      : room(depth + ElementList::slack), elements(count * 2 * room), counts(count * 2) {
    for (size_t r = 0; r < count; ++r) find(r, rows + r * stride, depth, below);
  }

  Range above(size_t row) const { return range(2 * row); }
  Range below(size_t row) const { return range(2 * row + 1); }

 private:
  Range range(size_t list) const {
    const uint16_t* const begin = elements.data() + list * room;
    return {begin, begin + counts.data()[list]};
  }

  void find(size_t r, uint8_t* row, size_t depth, uint8_t below) {
    uint16_t *const first = elements.data() + r * 2 * room, *const second = first + room;
    ElementList above{first, first}, under{second, second};
    const auto part = [&](uint8_t* bytes, size_t k) {
      const ManyBytes x = ManyBytes::load(bytes);
      x.storeLow(bytes);
      const uint32_t outside = x.high(), isUnder = below > 0 ? x.from(uint8_t(256 - below)) : 0;
      above.add(outside & ~isUnder, k);
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
    counts.data()[2 * r] = above.evenCount(depth);
    counts.data()[2 * r + 1] = under.evenCount(depth);
  }
};

/**
 * What sums begin with: `start`, and ±128 times the weights that outliers meet. Writes an int32 for each of `Vectors` vectors of
 * columns, whose weights lie `width` bytes apart; fetches into the second-level cache what lies `following` bytes behind the
 * weights that it reads, which the same outliers meet next.
 */
template <size_t Vectors>
void writeStarts(Outliers::Range above, Outliers::Range below, const int8_t* weights, size_t width, const int32_t* start,
                 int32_t* to, size_t following) {
  // So many weights of outliers above the window, less as many of those below it, fit int16.
  constexpr size_t together = INT16_MAX / (127 + 128);
  static_assert(together % 2 == 0);
  do {
    ManySums sums[Vectors];
    OCTAVO_UNROLL
    for (ManySums& some : sums) some = ManySums::zeros();
    for (Outliers::Range* list : {&below, &above}) {
      OCTAVO_UNROLL
      for (ManySums& some : sums) some = ManySums::zeros() - some;
      const uint16_t* at = list->begin;
      list->begin += smallest(together, size_t(list->end - at));
      for (; at < list->begin; at += 2) {
        const int8_t *const a = weights + at[0] * width, *const b = weights + at[1] * width;
        OCTAVO_UNROLL
        for (size_t byte = 0; byte < Vectors * ManySums::count; byte += 64) {
          __builtin_prefetch(a + following + byte, 0, 2);
          __builtin_prefetch(b + following + byte, 0, 2);
        }
        OCTAVO_UNROLL
        for (size_t v = 0; v < Vectors; ++v) sums[v] = sums[v] + ManySums::of(a + v * ManySums::count, b + v * ManySums::count);
      }
    }
    OCTAVO_UNROLL
    for (size_t v = 0; v < Vectors; ++v) sums[v].addShifted(7, start + v * ManySums::count, to + v * ManySums::count);
    start = to;
  } while (above.begin < above.end || below.begin < below.end);
}

}  // namespace octavo::OCTAVO_ISA
#endif
