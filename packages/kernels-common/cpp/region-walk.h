#pragma once
#include <cstddef>

#include "blocking.h"
#include "shapes.h"

namespace octavo::OCTAVO_ISA {

struct Axis {
  size_t size;
  ptrdiff_t fromStride, toStride;
};

/**
 * The axes of a region, made fit for moving: those of size 1 dropped, ordered by the stride of the target so that writes
 * go forward, adjacent ones joined. There are always two at least.
 */
struct RegionAxes {
  int32_t rank = 0;
  ptrdiff_t fromOffset, toOffset;

  explicit RegionAxes(const Region& block) : fromOffset(block.fromOffset), toOffset(block.toOffset) {
    for (int32_t i = 0; i < block.rank; ++i) {
      if (block.sizes[i] != 1) insert({size_t(block.sizes[i]), block.fromStrides[i], block.toStrides[i]});
    }
    join();
    while (rank < 2) {
      for (int32_t i = rank++; i > 0; --i) axes[i] = axes[i - 1];
      axes[0] = {1, rank == 1 ? 1 : 0, rank == 1 ? 1 : 0};
    }
    splitLongLine();
  }

  const Axis& axis(int32_t i) const { return axes[i]; }

  /** Whether no element is touched outside of arrays of these lengths. */
  bool within(size_t fromLength, size_t toLength) const {
    return within(fromLength, fromOffset, &Axis::fromStride) && within(toLength, toOffset, &Axis::toStride);
  }

  /** Whether every element of the target is met once: each axis steps over all that the later ones reach. */
  bool distinctTargets() const {
    ptrdiff_t reach = 0;
    for (int32_t i = rank - 1; i >= 0; --i) {
      if (axes[i].size == 1) continue;
      if (magnitude(axes[i].toStride) <= reach) return false;
      reach += ptrdiff_t(axes[i].size - 1) * magnitude(axes[i].toStride);
    }
    return true;
  }

 private:
  Axis axes[maxRank + 2];

  static ptrdiff_t magnitude(ptrdiff_t x) { return x < 0 ? -x : x; }

  /** Sums first (target stride 0), then by falling stride of the target; of equal ones, in the order given. */
  void insert(Axis added) {
    int32_t place = rank++;
    for (; place > 0 && isBefore(added, axes[place - 1]); --place) axes[place] = axes[place - 1];
    axes[place] = added;
  }
  static bool isBefore(const Axis& a, const Axis& b) {
    if (b.toStride == 0) return false;
    return a.toStride == 0 || magnitude(a.toStride) > magnitude(b.toStride);
  }

  void join() {
    int32_t kept = 0;
    for (int32_t i = 0; i < rank; ++i) {
      const ptrdiff_t size = ptrdiff_t(axes[i].size);
      if (kept > 0 && axes[kept - 1].fromStride == axes[i].fromStride * size && axes[kept - 1].toStride == axes[i].toStride * size) {
        axes[kept - 1] = {axes[kept - 1].size * axes[i].size, axes[i].fromStride, axes[i].toStride};
      } else {
        axes[kept++] = axes[i];
      }
    }
    rank = kept;
  }

  /** A region that is one long line becomes rows, so that threads can share it. */
  void splitLongLine() {
    constexpr size_t rowLength = 1024;
    Axis& line = axes[rank - 1];
    if (rank != 2 || axes[0].size != 1 || line.size % rowLength != 0) return;
    axes[0] = {line.size / rowLength, line.fromStride * ptrdiff_t(rowLength), line.toStride * ptrdiff_t(rowLength)};
    line.size = rowLength;
  }

  bool within(size_t length, ptrdiff_t offset, ptrdiff_t Axis::*stride) const {
    ptrdiff_t low = offset, high = offset;
    for (int32_t i = 0; i < rank; ++i) {
      const ptrdiff_t reach = ptrdiff_t(axes[i].size - 1) * (axes[i].*stride);
      (reach < 0 ? low : high) += reach;
    }
    return low >= 0 && high < ptrdiff_t(length);
  }
};

}  // namespace octavo::OCTAVO_ISA
