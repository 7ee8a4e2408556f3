#pragma once
#include "dot.h"

// WebAssembly's relaxed dot product of bytes: exact only where the second operand keeps to seven bits, whatever
// instruction the engine takes. See byte-dot-scalar.h for what each operation means.
#define OCTAVO_BYTE_DOT

namespace octavo::OCTAVO_ISA {

struct ByteDot {
  static constexpr size_t depth = 4;
  static constexpr int32_t least = 0, largest = 127;
  /** Counted in instructions where it is one of them: on ARM, and on x86 with AVX-VNNI. */
  static constexpr double cost = 0.4;
  v128_t v;
  static ByteDot load(const uint8_t* p) { return {wasm_v128_load(p)}; }
  static ByteDot broadcast(const uint8_t* p) { return {wasm_v128_load32_splat(p)}; }
};
inline IntVector dot(ByteDot x, ByteDot weights, IntVector sum) {
  return {wasm_i32x4_relaxed_dot_i8x16_i7x16_add(weights.v, x.v, sum.v)};
}

}  // namespace octavo::OCTAVO_ISA
