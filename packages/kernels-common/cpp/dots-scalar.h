#pragma once
#include "dot.h"

// What every dots-*.h declares: products of bytes; a set without one has no faster way than int16. Sets that share their
// dot-*.h, as those of x86 do, have its `dot` there too.
#define OCTAVO_BYTE_DOT
// A set whose products are int16 first defines OCTAVO_PAIRED_DOT too, and declares `pairedDot`, the sum of two of them;
// `ManyBytes` and `ManySums` (many-bytes-avx2.h); and `ByteDot::windowRows`, from which on windows pay: each row reads some of
// the weights once more.
// One whose instruction multiplies matrices of bytes defines OCTAVO_MATRIX_DOT, says by `ByteDot::together` how many steps it
// takes, and declares `MatrixDot` (dots-amx.h) in place of the `dot` of bytes.

namespace octavo::OCTAVO_ISA {

/** Operand of a dot product of bytes: `depth` consecutive ones for each column. */
struct ByteDot {
  static constexpr size_t depth = 4;
  /** Activations for which sums are exact with all int8 weights; bytes are signed if `least` is negative. */
  static constexpr int32_t least = 0, largest = 255;
  /** Time of a convolution's products by definition, where that of int16 ones is 1; Winograd's are compared with it. */
  static constexpr double cost = 1;
  uint8_t v[depth];
  static ByteDot load(const uint8_t* p) { return {{p[0], p[1], p[2], p[3]}}; }
  /** The same `depth` activations for every column. */
  static ByteDot broadcast(const uint8_t* p) { return load(p); }
};
/** sum + Σ x · int8 weight over the depth. */
inline ScalarInt dot(ByteDot x, ByteDot weights, ScalarInt sum) {
  for (size_t i = 0; i < ByteDot::depth; ++i) sum.v += x.v[i] * int8_t(weights.v[i]);
  return sum;
}

}  // namespace octavo::OCTAVO_ISA
