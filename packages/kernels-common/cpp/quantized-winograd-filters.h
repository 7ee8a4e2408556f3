#pragma once
#include "quantized-conv-method.h"
#include "quantized-winograd-tiles.h"

namespace octavo::OCTAVO_ISA {

/** 3×3 filters as Winograd's methods keep them, the same for each form: (pair, step, tap, column, depth), int8. */
struct WinogradFilters8 {
  size_t channels, columns, steps;

  explicit WinogradFilters8(const ConvShape& shape)
      : channels(size_t(shape.inChannels)), columns(size_t(shape.outChannels)), steps(divideUp(channels, Dot::depth)) {}

  size_t pairBytes() const { return steps * 9 * pairShorts; }
  size_t bytes() const { return divideUp(columns, pairColumns) * pairBytes(); }

  void pack(const ConvFacts& facts, uint8_t* packed) const {
    constexpr size_t depth = Dot::depth;
    const auto take = [&](size_t column, int16_t* values) {
      for (size_t c = 0; c < channels; c += depth) {
        for (size_t tap = 0; tap < 9; ++tap) {
          for (size_t i = 0; i < depth; ++i) {
            *values++ = c + i < channels ? facts.weight(column, tap * channels + c + i) : int16_t(0);
          }
        }
      }
    };
    packColumns<depth, pairColumns, pairColumns>(steps * 9, columns, take, reinterpret_cast<int8_t*>(packed));
  }
};

}  // namespace octavo::OCTAVO_ISA
