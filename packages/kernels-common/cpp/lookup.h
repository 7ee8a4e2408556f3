#pragma once
#include <cstring>

#include "dot.h"
#include "element-types.h"
#include "elementwise.h"

namespace octavo::OCTAVO_ISA {

void quantizedLookup(Input8 x, Input8 table, Output8 y) {
  OCTAVO_EXPECT(x.length == y.length && table.length == 256, "x and y of equal lengths and a table of 256 entries");
  const auto* const from = pointerTo<uint8_t>(x.data);
  const auto* const entries = pointerTo<uint8_t>(table.data);
  auto* const to = pointerTo<uint8_t>(y.data);
  // Tables begin with the smallest integer of x's type: those of signed bytes with what the uppermost bytes become.
  const size_t first = x.kind == ElementKind::int8 ? 128 : 0;
  uint8_t ofBytes[256];
  std::memcpy(ofBytes, entries + first, 128);
  std::memcpy(ofBytes + 128, entries + (128 - first), 128);
  const ByteTable lookup(ofBytes);
  parallelFor(y.length, 16 * elementGrain, [&](size_t begin, size_t end) {
    constexpr size_t together = ByteTable::together;
    size_t i = begin;
    for (; i + together <= end; i += together) lookup.map(from + i, to + i);
    if (i == end) return;
    uint8_t rest[together] = {};
    std::memcpy(rest, from + i, end - i);
    lookup.map(rest, rest);
    std::memcpy(to + i, rest, end - i);
  });
}

}  // namespace octavo::OCTAVO_ISA
