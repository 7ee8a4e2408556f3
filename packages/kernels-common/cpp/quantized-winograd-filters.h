#pragma once
#include "ahead.h"
#include "quantized-conv-method.h"
#include "quantized-winograd-tiles.h"

namespace octavo::OCTAVO_ISA {

/** Some steps of the 3×3 filters of some pairs of vectors of channels. */
struct FilterChunk {
  const int8_t* taps;
  size_t steps, pairs;
};

/** 3×3 filters as Winograd's methods keep them, the same for each form: (pair, step, tap, column, depth), int8. */
struct WinogradFilters8 {
  static constexpr size_t stepBytes = 9 * pairShorts;
  /** Of the filters that are transformed at a time. */
  static constexpr size_t chunkSteps = 64 / Dot::depth;
  size_t channels, columns, steps;

  explicit WinogradFilters8(const ConvShape& shape)
      : channels(size_t(shape.inChannels)), columns(size_t(shape.outChannels)), steps(divideUp(channels, Dot::depth)) {}

  size_t pairs() const { return divideUp(columns, pairColumns); }
  size_t pairBytes() const { return steps * stepBytes; }
  size_t bytes() const { return pairs() * pairBytes(); }

  /** From a step on, of the panel that begins with a pair; of no pairs behind the last panel. */
  FilterChunk chunk(const int8_t* packed, size_t pair, size_t step) const {
    const size_t first = smallest(pair, pairs());
    return {packed + first * pairBytes() + step * stepBytes, smallest(chunkSteps, steps - step),
            smallest(dotColumns / pairColumns, pairs() - first)};
  }

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

/** Fetches a chunk into the second-level cache while others are multiplied: it is transformed next. */
class FilterFetch {
 public:
  /** In so many steps, pairs being `stride` apart. */
  FilterFetch(const FilterChunk& chunk, size_t stride, size_t steps)
      : at(chunk.taps), stride(stride), lines(divideUp(chunk.steps * WinogradFilters8::stepBytes, line)), left(lines),
        pairs(chunk.pairs), perStep(divideUp(pairs * lines, steps)) {}

  void step() {
    for (size_t i = 0; i < perStep && pairs > 0; ++i) {
      Ahead::fetch(at + (lines - left) * line);
      if (--left > 0) continue;
      at += stride;
      left = lines;
      --pairs;
    }
  }

 private:
  static constexpr size_t line = 64;
  const int8_t* at;
  size_t stride, lines, left, pairs, perStep;
};

}  // namespace octavo::OCTAVO_ISA
