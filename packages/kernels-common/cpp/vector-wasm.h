#pragma once
#include <wasm_simd128.h>

#include "vector-scalar.h"

// WebAssembly SIMD128: 4 lanes. See vector-scalar.h for what each operation means.
namespace octavo::OCTAVO_ISA {

struct Mask {
  v128_t v;
};
inline Mask operator&(Mask a, Mask b) { return {wasm_v128_and(a.v, b.v)}; }
inline Mask operator|(Mask a, Mask b) { return {wasm_v128_or(a.v, b.v)}; }
inline bool any(Mask m) { return wasm_v128_any_true(m.v); }

struct Vector {
  static constexpr size_t width = 4;
  v128_t v;
  static Vector load(const float* p) { return {wasm_v128_load(p)}; }
  static Vector broadcast(float x) { return {wasm_f32x4_splat(x)}; }
  void store(float* p) const { wasm_v128_store(p, v); }
};
inline Vector operator+(Vector a, Vector b) { return {wasm_f32x4_add(a.v, b.v)}; }
inline Vector operator-(Vector a, Vector b) { return {wasm_f32x4_sub(a.v, b.v)}; }
inline Vector operator*(Vector a, Vector b) { return {wasm_f32x4_mul(a.v, b.v)}; }
inline Vector operator/(Vector a, Vector b) { return {wasm_f32x4_div(a.v, b.v)}; }
// pmax(x, y) is x < y ? y : x, and pmin(x, y) is y < x ? y : x: one instruction on x86.
inline Vector larger(Vector a, Vector b) { return {wasm_f32x4_pmax(b.v, a.v)}; }
inline Vector smaller(Vector a, Vector b) { return {wasm_f32x4_pmin(b.v, a.v)}; }
inline Vector roundEven(Vector a) { return {wasm_f32x4_nearest(a.v)}; }
inline Vector floor(Vector a) { return {wasm_f32x4_floor(a.v)}; }
inline Vector squareRoot(Vector a) { return {wasm_f32x4_sqrt(a.v)}; }
inline Vector absolute(Vector a) { return {wasm_f32x4_abs(a.v)}; }
inline Vector negate(Vector a) { return {wasm_f32x4_neg(a.v)}; }
inline Mask operator<(Vector a, Vector b) { return {wasm_f32x4_lt(a.v, b.v)}; }
inline Mask operator<=(Vector a, Vector b) { return {wasm_f32x4_le(a.v, b.v)}; }
inline Mask operator>(Vector a, Vector b) { return {wasm_f32x4_gt(a.v, b.v)}; }
inline Mask operator>=(Vector a, Vector b) { return {wasm_f32x4_ge(a.v, b.v)}; }
inline Mask operator==(Vector a, Vector b) { return {wasm_f32x4_eq(a.v, b.v)}; }
inline Mask isNaN(Vector a) { return {wasm_f32x4_ne(a.v, a.v)}; }
inline Vector select(Mask m, Vector a, Vector b) { return {wasm_v128_bitselect(a.v, b.v, m.v)}; }
inline Vector keep(Mask m, Vector a) { return {wasm_v128_and(m.v, a.v)}; }

struct IntVector {
  v128_t v;
  static IntVector load(const int32_t* p) { return {wasm_v128_load(p)}; }
  static IntVector load(const uint8_t* p) {
    return {wasm_u32x4_extend_low_u16x8(wasm_u16x8_extend_low_u8x16(wasm_v128_load32_zero(p)))};
  }
  static IntVector load(const int8_t* p) {
    return {wasm_i32x4_extend_low_i16x8(wasm_i16x8_extend_low_i8x16(wasm_v128_load32_zero(p)))};
  }
  static IntVector broadcast(int32_t x) { return {wasm_i32x4_splat(x)}; }
  void store(int32_t* p) const { wasm_v128_store(p, v); }
  void store(uint8_t* p) const { wasm_v128_store32_lane(p, lowBytes(), 0); }
  void store(int8_t* p) const { wasm_v128_store32_lane(p, lowBytes(), 0); }

 private:
  /** The low byte of each lane, in order. */
  v128_t lowBytes() const {
    return wasm_i8x16_shuffle(v, v, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12);
  }
};
inline IntVector operator+(IntVector a, IntVector b) { return {wasm_i32x4_add(a.v, b.v)}; }
inline IntVector operator-(IntVector a, IntVector b) { return {wasm_i32x4_sub(a.v, b.v)}; }
inline IntVector operator*(IntVector a, int32_t b) { return {wasm_i32x4_mul(a.v, wasm_i32x4_splat(b))}; }
inline IntVector shiftLeft(IntVector a, int bits) { return {wasm_i32x4_shl(a.v, uint32_t(bits))}; }
inline IntVector shiftRight(IntVector a, int bits) { return {wasm_i32x4_shr(a.v, uint32_t(bits))}; }
inline Vector toFloat(IntVector a) { return {wasm_f32x4_convert_i32x4(a.v)}; }
inline IntVector toInt(Vector a) { return {wasm_i32x4_trunc_sat_f32x4(a.v)}; }

template <> struct IntOf<Vector> { using type = IntVector; };

}  // namespace octavo::OCTAVO_ISA
