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

struct ShortVector {
  static constexpr size_t width = 8;
  v128_t v;
  static ShortVector load(const int8_t* p) { return {wasm_i16x8_load8x8(p)}; }
  static ShortVector centred(const uint8_t* p, uint8_t flip, int16_t zero) {
    const v128_t bytes = wasm_v128_xor(wasm_v128_load64_zero(p), wasm_i8x16_splat(int8_t(flip)));
    return {wasm_i16x8_sub(wasm_u16x8_extend_low_u8x16(bytes), wasm_i16x8_splat(zero))};
  }
  void store(int16_t* p) const { wasm_v128_store(p, v); }
};
inline ShortVector operator+(ShortVector a, ShortVector b) { return {wasm_i16x8_add(a.v, b.v)}; }
inline ShortVector operator-(ShortVector a, ShortVector b) { return {wasm_i16x8_sub(a.v, b.v)}; }
inline ShortVector operator*(ShortVector a, int16_t b) { return {wasm_i16x8_mul(a.v, wasm_i16x8_splat(b))}; }
inline ShortVector shiftLeft(ShortVector a, int bits) { return {wasm_i16x8_shl(a.v, uint32_t(bits))}; }

constexpr size_t centreWidth = 8;
inline void centre(const uint8_t* from, uint8_t flip, int16_t zero, int16_t* to) {
  ShortVector::centred(from, flip, zero).store(to);
}

constexpr size_t centreLeast = centreWidth;
inline void centreFew(const uint8_t* from, uint8_t flip, int16_t zero, int16_t* to) {
  centre(from, flip, zero, to);
}

struct DepthwiseDot {
  static constexpr size_t taps = 2, channels = 8;
  static constexpr size_t position(size_t channel) { return channel; }
  static void arrange(const uint8_t* const* rows, uint8_t flip, int16_t zero, int16_t* to) {
    const v128_t first = rows[0] ? ShortVector::centred(rows[0], flip, zero).v : wasm_i16x8_splat(0);
    const v128_t second = rows[1] ? ShortVector::centred(rows[1], flip, zero).v : wasm_i16x8_splat(0);
    wasm_v128_store(to, wasm_i16x8_shuffle(first, second, 0, 8, 1, 9, 2, 10, 3, 11));
    wasm_v128_store(to + 8, wasm_i16x8_shuffle(first, second, 4, 12, 5, 13, 6, 14, 7, 15));
  }
  static void accumulate(const int16_t* x, const int16_t* weights, IntVector* sum) {
    sum[0] = dot(Dot::load(x), Dot::load(weights), sum[0]);
    sum[1] = dot(Dot::load(x + 8), Dot::load(weights + 8), sum[1]);
  }
  static void inOrder(IntVector*) {}
};

struct DepthwiseColumn {
  static constexpr size_t channels = DepthwiseDot::channels, vectors = 2;
  v128_t low, high;
  template <typename Byte>
  static DepthwiseColumn load(const uint8_t* const* lines) {
    const v128_t pairs = wasm_i8x16_shuffle(wasm_v128_load64_zero(lines[0]), wasm_v128_load64_zero(lines[1]), 0, 16,
                                            1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    if constexpr (Byte(-1) < 0) {
      return {wasm_i16x8_extend_low_i8x16(pairs), wasm_i16x8_extend_high_i8x16(pairs)};
    }
    return {wasm_u16x8_extend_low_u8x16(pairs), wasm_u16x8_extend_high_u8x16(pairs)};
  }
  static DepthwiseColumn broadcast(int16_t x) { return {wasm_i16x8_splat(x), wasm_i16x8_splat(x)}; }
  void accumulate(const Dot* weights, IntVector* sum) const {
    sum[0] = dot({low}, weights[0], sum[0]);
    sum[1] = dot({high}, weights[1], sum[1]);
  }
  static void arrange(Vector*) {}
};

/**
 * Adds 1.5 · 2²³, where neighbouring floats are 1 apart: the sum is rounded to even, and its bits are the integer beyond
 * those of the constant. Engines need five instructions for a conversion instead, and two for rounding.
 */
class ByteRounder {
  static constexpr float magic = 12582912.0f;
  static constexpr int32_t magicBits = 0x4B400000;
  v128_t least, most, base, low;

 public:
  ByteRounder(int32_t zeroPoint, int32_t smallest, int32_t largest)
      : least(wasm_f32x4_splat(float(smallest - zeroPoint))),
        most(wasm_f32x4_splat(float(largest - zeroPoint))),
        base(wasm_i32x4_splat(magicBits + smallest - zeroPoint)),
        low(wasm_i8x16_splat(int8_t(smallest))) {}

  void store(const Vector* a, uint8_t* toA, const Vector* b, uint8_t* toB) const {
    const v128_t bytes = wasm_i8x16_add(wasm_u8x16_narrow_i16x8(narrow(a), narrow(b)), low);
    wasm_v128_store64_lane(toA, bytes, 0);
    wasm_v128_store64_lane(toB, bytes, 1);
  }
  void storeColumn(const Vector* a, uint8_t* toA, const Vector* b, uint8_t* toB) const { store(a, toA, b, toB); }

 private:
  /** Steps above the smallest. */
  v128_t narrow(const Vector* v) const { return wasm_i16x8_narrow_i32x4(steps(v[0]), steps(v[1])); }
  v128_t steps(Vector v) const {
    const v128_t clamped = wasm_f32x4_pmax(wasm_f32x4_pmin(v.v, most), least);
    return wasm_i32x4_sub(wasm_f32x4_add(clamped, wasm_f32x4_splat(magic)), base);
  }
};

}  // namespace octavo::OCTAVO_ISA
