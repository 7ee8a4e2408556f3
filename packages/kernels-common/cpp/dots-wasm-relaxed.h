#pragma once
#include "dot.h"

// WebAssembly's relaxed dot product of bytes: exact only where the second operand keeps to seven bits, whatever
// instruction the engine takes. See dots-scalar.h for what each operation means.
#define OCTAVO_BYTE_DOT

namespace octavo::OCTAVO_ISA {

struct ByteDot : ByteOperand {
  static constexpr int32_t least = 0, largest = 127;
  /** Counted in instructions where it is one of them: on ARM, and on x86 with AVX-VNNI. */
  static constexpr double cost = 0.4;
};
inline IntVector dot(ByteOperand x, ByteOperand weights, IntVector sum) {
  return {wasm_i32x4_relaxed_dot_i8x16_i7x16_add(weights.v, x.v, sum.v)};
}

}  // namespace octavo::OCTAVO_ISA
