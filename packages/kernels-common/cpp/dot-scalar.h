#pragma once
#include "dot.h"

// The instruction set `scalar`, and the meaning of the operations that every dot-*.h declares.
namespace octavo::OCTAVO_ISA {

using Vector = Scalar;
using IntVector = ScalarInt;

/**
 * Operand of a dot product: `depth` consecutive int16 for each column, one column for each lane of the sum.
 */
struct Dot {
  static constexpr size_t depth = 1;
  int16_t v;
  static Dot load(const int16_t* p) { return {*p}; }
  /** The same `depth` values for every column. */
  static Dot broadcast(const int16_t* p) { return {*p}; }
};
/** sum + Σ a · b over the depth; products of values within ±255. */
inline ScalarInt dot(Dot a, Dot b, ScalarInt sum) { return {sum.v + a.v * b.v}; }

/** Products of channels with their own weights, `taps` at once. */
struct DepthwiseDot {
  static constexpr size_t taps = 1, channels = 1;
  /** Where the weights of a channel lie among the `channels`: at weights + position · taps. */
  static constexpr size_t position(size_t channel) { return channel; }
  /** sum += Σ x[tap] · weights over the taps, by position. */
  static void accumulate(const int16_t* const* x, const int16_t* weights, ScalarInt* sum) {
    sum[0].v += x[0][0] * weights[0];
  }
  /** From positions to channels. */
  static void inOrder(ScalarInt*) {}
};

/** Bytes that `centre` takes at once. */
constexpr size_t centreWidth = 1;
/** to = (from ^ flip) − zero, widened to int16; `flip` 0x80 makes a signed byte unsigned, 128 higher. */
inline void centre(const uint8_t* from, uint8_t flip, int16_t zero, int16_t* to) {
  *to = int16_t((*from ^ flip) - zero);
}

}  // namespace octavo::OCTAVO_ISA
