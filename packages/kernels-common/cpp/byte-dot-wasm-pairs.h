#pragma once
#include "dot.h"

// WebAssembly's relaxed dot product of bytes in two steps, pairs in int16 and then their sums: what engines make of the
// single instruction where the processor has none, but there the ones of the second step are made anew each time. See
// byte-dot-scalar.h for what each operation means.
#define OCTAVO_BYTE_DOT

namespace octavo::OCTAVO_ISA {

struct ByteDot {
  static constexpr size_t depth = 4;
  static constexpr int32_t least = 0, largest = 127;
  static constexpr double cost = 0.76;
  v128_t v;
  static ByteDot load(const uint8_t* p) { return {wasm_v128_load(p)}; }
  static ByteDot broadcast(const uint8_t* p) { return {wasm_v128_load32_splat(p)}; }
};
inline IntVector dot(ByteDot x, ByteDot weights, IntVector sum) {
  const v128_t pairs = wasm_i16x8_relaxed_dot_i8x16_i7x16(weights.v, x.v);
  return {wasm_i32x4_add(sum.v, wasm_i32x4_dot_i16x8(pairs, wasm_i16x8_splat(1)))};
}

}  // namespace octavo::OCTAVO_ISA
