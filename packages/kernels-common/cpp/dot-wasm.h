#pragma once
#include "byte-table.h"
#include "dot.h"

// WebAssembly SIMD128. See dot-scalar.h for what each operation means.
namespace octavo::OCTAVO_ISA {

#if defined(__wasm_relaxed_simd__)
inline Vector multiplyAdd(Vector a, Vector b, Vector c) { return {wasm_f32x4_relaxed_madd(a.v, b.v, c.v)}; }
#else
inline Vector multiplyAdd(Vector a, Vector b, Vector c) { return c + a * b; }
#endif

/** A register of operands of 4 bytes, one for each column. */
template <typename T>
struct Operand {
  static constexpr size_t depth = 4 / sizeof(T);
  v128_t v;
  static Operand load(const T* p) { return {wasm_v128_load(p)}; }
  static Operand broadcast(const T* p) { return {wasm_v128_load32_splat(p)}; }
};
using Dot = Operand<int16_t>;
using ByteOperand = Operand<uint8_t>;

inline IntVector dot(Dot a, Dot b, IntVector sum) {
  return {wasm_i32x4_add(sum.v, wasm_i32x4_dot_i16x8(a.v, b.v))};
}

struct ShortVector {
  static constexpr size_t width = 8;
  v128_t v;
  static ShortVector broadcast(int16_t x) { return {wasm_i16x8_splat(x)}; }
  static ShortVector load(const int8_t* p) { return {wasm_i16x8_load8x8(p)}; }
  static ShortVector load(const uint8_t* p) { return {wasm_u16x8_load8x8(p)}; }
  static ShortVector centred(const uint8_t* p, uint8_t flip, int16_t zero) {
    const v128_t bytes = wasm_v128_xor(wasm_v128_load64_zero(p), wasm_i8x16_splat(int8_t(flip)));
    return {wasm_i16x8_sub(wasm_u16x8_extend_low_u8x16(bytes), wasm_i16x8_splat(zero))};
  }
  void store(int16_t* p) const { wasm_v128_store(p, v); }
};
inline Dot widen(const int8_t* p) { return {ShortVector::load(p).v}; }
inline ShortVector operator+(ShortVector a, ShortVector b) { return {wasm_i16x8_add(a.v, b.v)}; }
inline ShortVector operator-(ShortVector a, ShortVector b) { return {wasm_i16x8_sub(a.v, b.v)}; }
inline ShortVector operator*(ShortVector a, int16_t b) { return {wasm_i16x8_mul(a.v, wasm_i16x8_splat(b))}; }
inline ShortVector shiftLeft(ShortVector a, int bits) { return {wasm_i16x8_shl(a.v, uint32_t(bits))}; }

using FewShorts = ShortVector;

inline ShortVector interleaveLow(ShortVector a, ShortVector b) {
  return {wasm_i16x8_shuffle(a.v, b.v, 0, 8, 1, 9, 2, 10, 3, 11)};
}
inline ShortVector interleaveHigh(ShortVector a, ShortVector b) {
  return {wasm_i16x8_shuffle(a.v, b.v, 4, 12, 5, 13, 6, 14, 7, 15)};
}
inline void toChannels(IntVector*) {}
inline void fromChannels(Vector*) {}

/** The byte is the second of a float's bits, 0x47 the last. */
[[gnu::always_inline]] inline void loadRaised(const uint8_t* from, uint8_t flip, Vector* to) {
  const v128_t zeros = wasm_i8x16_splat(0), bytes = wasm_v128_xor(wasm_v128_load(from), wasm_i8x16_splat(int8_t(flip)));
  const ShortVector top = ShortVector::broadcast(0x4700);
  const ShortVector low = {wasm_i8x16_shuffle(zeros, bytes, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)};
  const ShortVector high = {wasm_i8x16_shuffle(zeros, bytes, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)};
  to[0].v = interleaveLow(low, top).v;
  to[1].v = interleaveHigh(low, top).v;
  to[2].v = interleaveLow(high, top).v;
  to[3].v = interleaveHigh(high, top).v;
}

/**
 * Adds 1.5 · 2²³, where neighbouring floats are 1 apart: the sum is rounded to even, and its bits are the integer beyond
 * those of the constant. Engines need five instructions for a conversion instead, and two for rounding. Only below need values
 * be clamped before: bits of larger floats are larger integers, which saturate as they are narrowed.
 */
class ByteRounder {
  static constexpr float magic = 12582912.0f;
  static constexpr int32_t magicBits = 0x4B400000;
  v128_t least, base, most, low;

 public:
  static constexpr bool saturates = true;

  ByteRounder(int32_t zeroPoint, int32_t smallest, int32_t largest)
      : least(wasm_f32x4_splat(float(smallest - zeroPoint))),
        base(wasm_i32x4_splat(magicBits + smallest - zeroPoint)),
        most(wasm_i8x16_splat(int8_t(largest - smallest))),
        low(wasm_i8x16_splat(int8_t(smallest))) {}

  void store(const Vector* a, uint8_t* toA, const Vector* b, uint8_t* toB) const {
    const v128_t steps = wasm_u8x16_min(wasm_u8x16_narrow_i16x8(narrow(a), narrow(b)), most);
    const v128_t bytes = wasm_i8x16_add(steps, low);
    wasm_v128_store64_lane(toA, bytes, 0);
    wasm_v128_store64_lane(toB, bytes, 1);
  }
  void storeFour(const Vector* v, uint8_t* to) const { store(v, to, v + 2, to + 8); }
  void storeColumn(const Vector* a, uint8_t* toA, const Vector* b, uint8_t* toB) const { store(a, toA, b, toB); }

 private:
  /** Steps above the smallest, at most 32767. */
  v128_t narrow(const Vector* v) const { return wasm_i16x8_narrow_i32x4(steps(v[0]), steps(v[1])); }
  v128_t steps(Vector v) const {
    return wasm_i32x4_sub(wasm_f32x4_add(wasm_f32x4_pmax(v.v, least), wasm_f32x4_splat(magic)), base);
  }
};

}  // namespace octavo::OCTAVO_ISA
