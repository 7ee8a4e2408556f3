#pragma once
#include "dot.h"

namespace octavo::OCTAVO_ISA {

/** See many-bytes-avx2.h. */
struct ManyBytes {
  static constexpr size_t count = 16;
  v128_t v;
  static ManyBytes load(const uint8_t* p) { return {wasm_v128_load(p)}; }
  void storeLow(uint8_t* p) const { wasm_v128_store(p, wasm_v128_and(v, wasm_i8x16_splat(127))); }
  uint32_t high() const { return wasm_i8x16_bitmask(v); }
  uint32_t from(uint8_t least) const { return wasm_i8x16_bitmask(wasm_u8x16_ge(v, wasm_u8x16_splat(least))); }
};

struct ManySums {
  static constexpr size_t count = ManyBytes::count;
  v128_t low, high;
  static ManySums zeros() { return {wasm_i16x8_splat(0), wasm_i16x8_splat(0)}; }
  static ManySums of(const int8_t* a, const int8_t* b) {
    const v128_t ones = wasm_i8x16_splat(1), x = wasm_v128_load(a), y = wasm_v128_load(b);
    const v128_t first = wasm_i8x16_shuffle(x, y, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const v128_t second = wasm_i8x16_shuffle(x, y, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    return {wasm_i16x8_relaxed_dot_i8x16_i7x16(first, ones), wasm_i16x8_relaxed_dot_i8x16_i7x16(second, ones)};
  }
  void addShifted(uint32_t bits, const int32_t* from, int32_t* to) const {
    const v128_t sums[] = {wasm_i32x4_extend_low_i16x8(low), wasm_i32x4_extend_high_i16x8(low), wasm_i32x4_extend_low_i16x8(high),
                           wasm_i32x4_extend_high_i16x8(high)};
    OCTAVO_UNROLL
    for (size_t i = 0; i < 4; ++i) {
      wasm_v128_store(to + 4 * i, wasm_i32x4_add(wasm_v128_load(from + 4 * i), wasm_i32x4_shl(sums[i], bits)));
    }
  }
};
inline ManySums operator+(ManySums a, ManySums b) { return {wasm_i16x8_add(a.low, b.low), wasm_i16x8_add(a.high, b.high)}; }
inline ManySums operator-(ManySums a, ManySums b) { return {wasm_i16x8_sub(a.low, b.low), wasm_i16x8_sub(a.high, b.high)}; }

}  // namespace octavo::OCTAVO_ISA
