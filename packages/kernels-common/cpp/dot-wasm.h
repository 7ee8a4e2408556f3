#pragma once
#include "dot.h"

// WebAssembly SIMD128. See dot-scalar.h for what each operation means.
namespace octavo::OCTAVO_ISA {

inline Vector multiplyAdd(Vector a, Vector b, Vector c) { return c + a * b; }

struct Dot {
  static constexpr size_t depth = 2;
  v128_t v;
  static Dot load(const int16_t* p) { return {wasm_v128_load(p)}; }
  static Dot broadcast(const int16_t* p) { return {wasm_v128_load32_splat(p)}; }
};
inline IntVector dot(Dot a, Dot b, IntVector sum) {
  return {wasm_i32x4_add(sum.v, wasm_i32x4_dot_i16x8(a.v, b.v))};
}

struct DepthwiseDot {
  static constexpr size_t taps = 2, channels = 8;
  static constexpr size_t position(size_t channel) { return channel; }
  static void accumulate(const int16_t* const* x, const int16_t* weights, IntVector* sum) {
    const v128_t first = wasm_v128_load(x[0]), second = wasm_v128_load(x[1]);
    const v128_t low = wasm_i16x8_shuffle(first, second, 0, 8, 1, 9, 2, 10, 3, 11);
    const v128_t high = wasm_i16x8_shuffle(first, second, 4, 12, 5, 13, 6, 14, 7, 15);
    sum[0] = dot(Dot{low}, Dot::load(weights), sum[0]);
    sum[1] = dot(Dot{high}, Dot::load(weights + 8), sum[1]);
  }
  static void inOrder(IntVector*) {}
};

constexpr size_t centreWidth = 8;
inline void centre(const uint8_t* from, uint8_t flip, int16_t zero, int16_t* to) {
  const v128_t bytes = wasm_v128_xor(wasm_v128_load64_zero(from), wasm_i8x16_splat(int8_t(flip)));
  wasm_v128_store(to, wasm_i16x8_sub(wasm_u16x8_extend_low_u8x16(bytes), wasm_i16x8_splat(zero)));
}

}  // namespace octavo::OCTAVO_ISA
