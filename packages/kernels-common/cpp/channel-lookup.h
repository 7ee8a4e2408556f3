#pragma once
#include "element-types.h"
#include "elementwise.h"

namespace octavo::OCTAVO_ISA {

/** A table of 256 entries per channel, channels innermost. */
void quantizedChannelLookup(Input8 x, Input8 tables, Output8 y, size_t channels) {
  OCTAVO_EXPECT(x.length == y.length && channels > 0 && x.length % channels == 0, "x and y of whole rows of channels");
  OCTAVO_EXPECT(tables.length >= 256 * channels, "256 entries per channel");
  const auto* entries = pointerTo<uint8_t>(tables.data);
  const auto* from = pointerTo<uint8_t>(x.data);
  auto* to = pointerTo<uint8_t>(y.data);
  // Tables begin with the smallest integer of x's type.
  const size_t flip = x.kind == ElementKind::int8 ? 128 : 0;
  parallelFor(x.length / channels, 1 + elementGrain / channels, [=](size_t begin, size_t end) {
    for (size_t row = begin; row < end; ++row) {
      for (size_t c = 0; c < channels; ++c) {
        to[row * channels + c] = entries[256 * c + (from[row * channels + c] ^ flip)];
      }
    }
  });
}

}  // namespace octavo::OCTAVO_ISA
