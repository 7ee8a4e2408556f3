#pragma once
#include <type_traits>
#include <utility>

#include "elementwise.h"
#include "region-walk.h"
#include "vector-scalar.h"

namespace octavo::OCTAVO_ISA {

/** What a region does to one element or to a run of consecutive ones. */
template <typename T>
struct Copy {
  using Element = T;
  static void one(const T* from, T* to) { *to = *from; }
  static void run(const T* from, T* to, size_t count) { std::memcpy(to, from, count * sizeof(T)); }
};
struct AddTo {
  using Element = float;
  static void one(const float* from, float* to) { *to += *from; }
  static void run(const float* from, float* to, size_t count) {
    eachVector(0, count, [&](auto lanes, size_t i) {
      using V = decltype(lanes);
      (V::load(to + i) + V::load(from + i)).store(to + i);
    });
  }
};

/** Rows and columns of a transposition that is done at once: it fits the first-level cache both ways. */
constexpr size_t transposeTile = 16;
/** Columns so few, those of an image's colours, that the loop over rows belongs inside; and rows at once then. */
constexpr size_t fewColumns = 8, longTile = 1024;

/** A third of 16 pixels that are woven from three planes: its bytes are `First` … `First` + 15 of theirs. */
template <size_t First, typename Bytes, size_t... I>
[[gnu::always_inline]] inline void weaveThird(Bytes a, Bytes b, Bytes c, uint8_t* to, std::index_sequence<I...>) {
  const Bytes two = __builtin_shufflevector(a, b, ((First + I) % 3 == 1 ? 16 : 0) + (First + I) / 3 ...);
  const Bytes all = __builtin_shufflevector(two, c, ((First + I) % 3 == 2 ? 16 + (First + I) / 3 : I)...);
  std::memcpy(to + First, &all, sizeof(all));
}

/** Three planes of bytes, `fromStep` apart, woven into pixels. */
inline void weaveThree(const uint8_t* from, ptrdiff_t fromStep, uint8_t* to, size_t pixels) {
  // A vector of the compilers' own, which every instruction set has.
  typedef uint8_t Bytes __attribute__((vector_size(16)));
  constexpr auto lanes = std::make_index_sequence<16>();
  const uint8_t *second = from + fromStep, *third = second + fromStep;
  size_t i = 0;
  for (; i + 16 <= pixels; i += 16, to += 48) {
    Bytes a, b, c;
    std::memcpy(&a, from + i, sizeof(a));
    std::memcpy(&b, second + i, sizeof(b));
    std::memcpy(&c, third + i, sizeof(c));
    weaveThird<0>(a, b, c, to, lanes);
    weaveThird<16>(a, b, c, to, lanes);
    weaveThird<32>(a, b, c, to, lanes);
  }
  for (; i < pixels; ++i, to += 3) to[0] = from[i], to[1] = second[i], to[2] = third[i];
}

/**
 * A plane of the region: `rows` lines of `columns` elements. Where the lines are consecutive in neither array at once
 * (NCHW ⇄ NHWC), in square tiles.
 */
template <typename Action, typename T = typename Action::Element>
inline void planeOf(const T* from, T* to, const Axis& row, const Axis& column, size_t firstRow, size_t lastRow) {
  const ptrdiff_t fromStep = column.fromStride, toStep = column.toStride;
  if (fromStep == 1 && toStep == 1) {
    for (size_t r = firstRow; r < lastRow; ++r) {
      Action::run(from + ptrdiff_t(r) * row.fromStride, to + ptrdiff_t(r) * row.toStride, column.size);
    }
    return;
  }
  if constexpr (std::is_same_v<Action, Copy<uint8_t>>) {
    if (column.size == 3 && toStep == 1 && row.fromStride == 1 && row.toStride == 3 && lastRow > firstRow) {
      return weaveThree(from + firstRow, fromStep, to + 3 * firstRow, lastRow - firstRow);
    }
  }
  if (column.size < fewColumns) {
    for (size_t c = 0; c < column.size; ++c) {
      const T* source = from + ptrdiff_t(c) * fromStep + ptrdiff_t(firstRow) * row.fromStride;
      T* target = to + ptrdiff_t(c) * toStep + ptrdiff_t(firstRow) * row.toStride;
      for (size_t r = firstRow; r < lastRow; ++r, source += row.fromStride, target += row.toStride) {
        Action::one(source, target);
      }
    }
    return;
  }
  for (size_t start = 0; start < column.size; start += transposeTile) {
    const size_t end = smallest(column.size, start + transposeTile);
    for (size_t r = firstRow; r < lastRow; ++r) {
      const T* source = from + ptrdiff_t(r) * row.fromStride;
      T* target = to + ptrdiff_t(r) * row.toStride;
      for (size_t c = start; c < end; ++c) Action::one(source + ptrdiff_t(c) * fromStep, target + ptrdiff_t(c) * toStep);
    }
  }
}

template <typename Action, typename T = typename Action::Element>
void moveRegion(const T* from, T* to, const RegionAxes& axes) {
  const Axis column = axes.axis(axes.rank - 1), row = axes.axis(axes.rank - 2);
  const int32_t outer = axes.rank - 2;
  size_t planes = 1;
  for (int32_t i = 0; i < outer; ++i) planes *= axes.axis(i).size;
  const size_t tile = column.size < fewColumns ? longTile : transposeTile;
  const size_t bands = divideUp(row.size, tile);
  const size_t bandElements = smallest(row.size, tile) * column.size;
  const auto bandsOf = [&](size_t first, size_t last) {
    for (size_t band = first; band < last; ++band) {
      size_t rest = band / bands;
      ptrdiff_t fromStart = axes.fromOffset, toStart = axes.toOffset;
      for (int32_t i = outer - 1; i >= 0; --i) {
        const auto at = ptrdiff_t(rest % axes.axis(i).size);
        rest /= axes.axis(i).size;
        fromStart += at * axes.axis(i).fromStride;
        toStart += at * axes.axis(i).toStride;
      }
      const size_t firstRow = band % bands * tile;
      planeOf<Action>(from + fromStart, to + toStart, row, column, firstRow, smallest(row.size, firstRow + tile));
    }
  };
  // Elements that several others are added to must stay on one thread.
  if (!axes.distinctTargets()) return bandsOf(0, planes * bands);
  parallelFor(planes * bands, 1 + elementGrain / bandElements, bandsOf);
}

#define OCTAVO_EXPECT_REGION                                                                                  \
  for (int32_t i = 0; i < block.rank; ++i) {                                                                  \
    OCTAVO_EXPECT(block.sizes[i] >= 0, "sizes of at least 0");                                                \
    if (block.sizes[i] == 0) return;                                                                          \
  }                                                                                                           \
  const RegionAxes axes(block);                                                                               \
  OCTAVO_EXPECT(axes.within(from.length, to.length), "a region inside of both arrays")

void copyRegion(AnyInput from, AnyOutput to, Region block) {
  OCTAVO_EXPECT(from.bytesPerElement() == to.bytesPerElement(), "elements of equal size");
  OCTAVO_EXPECT_REGION;
  const auto move = [&]<typename T>(T) {
    moveRegion<Copy<T>>(static_cast<const T*>(from.data), static_cast<T*>(to.data), axes);
  };
  switch (from.bytesPerElement()) {
    case 1: return move(uint8_t{});
    case 2: return move(uint16_t{});
    case 4: return move(uint32_t{});
    default: return move(uint64_t{});
  }
}

void addRegion(Span<const float> from, Span<float> to, Region block) {
  OCTAVO_EXPECT_REGION;
  moveRegion<AddTo>(from.data, to.data, axes);
}

#undef OCTAVO_EXPECT_REGION

}  // namespace octavo::OCTAVO_ISA
