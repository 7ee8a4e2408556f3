#pragma once
#include "dot.h"
#include "many-bytes-wasm.h"

// WebAssembly's relaxed dot product of bytes in two steps, pairs in int16 and then their sums: what engines make of the
// single instruction where the processor has none, but there the ones of the second step are made anew each time. See
// dots-scalar.h for what each operation means.
#define OCTAVO_BYTE_DOT
#define OCTAVO_PAIRED_DOT

namespace octavo::OCTAVO_ISA {

struct ByteDot : ByteOperand {
  static constexpr int32_t least = 0, largest = 127;
  static constexpr double cost = 0.66;
  /** More than on AVX2, as nothing fetches weights ahead. */
  static constexpr size_t windowRows = 128;
};
inline IntVector dot(ByteOperand x, ByteOperand weights, IntVector sum) {
  const v128_t pairs = wasm_i16x8_relaxed_dot_i8x16_i7x16(weights.v, x.v);
  return {wasm_i32x4_add(sum.v, wasm_i32x4_dot_i16x8(pairs, wasm_i16x8_splat(1)))};
}
/** Of two operands, whose sums of pairs fit int16 together. */
inline IntVector pairedDot(ByteOperand x0, ByteOperand weights0, ByteOperand x1, ByteOperand weights1, IntVector sum) {
  const v128_t pairs = wasm_i16x8_add(wasm_i16x8_relaxed_dot_i8x16_i7x16(weights0.v, x0.v),
                                      wasm_i16x8_relaxed_dot_i8x16_i7x16(weights1.v, x1.v));
  return {wasm_i32x4_add(sum.v, wasm_i32x4_dot_i16x8(pairs, wasm_i16x8_splat(1)))};
}

}  // namespace octavo::OCTAVO_ISA
