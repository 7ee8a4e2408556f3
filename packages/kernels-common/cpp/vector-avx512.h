#pragma once
#include <immintrin.h>

#include "vector-scalar.h"

// AVX-512 (F, DQ, BW, VL): 16 lanes. See vector-scalar.h for what each operation means.
namespace octavo::OCTAVO_ISA {

struct Mask {
  __mmask16 v;
};
inline Mask operator&(Mask a, Mask b) { return {__mmask16(a.v & b.v)}; }
inline Mask operator|(Mask a, Mask b) { return {__mmask16(a.v | b.v)}; }
inline bool any(Mask m) { return m.v != 0; }

struct Vector {
  static constexpr size_t width = 16;
  __m512 v;
  static Vector load(const float* p) { return {_mm512_loadu_ps(p)}; }
  static Vector broadcast(float x) { return {_mm512_set1_ps(x)}; }
  void store(float* p) const { _mm512_storeu_ps(p, v); }
};
inline Vector operator+(Vector a, Vector b) { return {_mm512_add_ps(a.v, b.v)}; }
inline Vector operator-(Vector a, Vector b) { return {_mm512_sub_ps(a.v, b.v)}; }
inline Vector operator*(Vector a, Vector b) { return {_mm512_mul_ps(a.v, b.v)}; }
inline Vector operator/(Vector a, Vector b) { return {_mm512_div_ps(a.v, b.v)}; }
inline Vector larger(Vector a, Vector b) { return {_mm512_max_ps(a.v, b.v)}; }
inline Vector smaller(Vector a, Vector b) { return {_mm512_min_ps(a.v, b.v)}; }
inline Vector roundEven(Vector a) {
  return {_mm512_roundscale_ps(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)};
}
inline Vector floor(Vector a) { return {_mm512_floor_ps(a.v)}; }
inline Vector squareRoot(Vector a) { return {_mm512_sqrt_ps(a.v)}; }
inline Vector absolute(Vector a) { return {_mm512_andnot_ps(_mm512_set1_ps(-0.0f), a.v)}; }
inline Vector negate(Vector a) { return {_mm512_xor_ps(_mm512_set1_ps(-0.0f), a.v)}; }
inline Mask operator<(Vector a, Vector b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_LT_OQ)}; }
inline Mask operator<=(Vector a, Vector b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_LE_OQ)}; }
inline Mask operator>(Vector a, Vector b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_GT_OQ)}; }
inline Mask operator>=(Vector a, Vector b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_GE_OQ)}; }
inline Mask operator==(Vector a, Vector b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_EQ_OQ)}; }
inline Mask isNaN(Vector a) { return {_mm512_cmp_ps_mask(a.v, a.v, _CMP_UNORD_Q)}; }
inline Vector select(Mask m, Vector a, Vector b) { return {_mm512_mask_blend_ps(m.v, b.v, a.v)}; }
inline Vector keep(Mask m, Vector a) { return {_mm512_maskz_mov_ps(m.v, a.v)}; }

struct IntVector {
  __m512i v;
  static IntVector load(const int32_t* p) { return {_mm512_loadu_si512(p)}; }
  static IntVector load(const uint8_t* p) {
    return {_mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)))};
  }
  static IntVector load(const int8_t* p) {
    return {_mm512_cvtepi8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)))};
  }
  static IntVector broadcast(int32_t x) { return {_mm512_set1_epi32(x)}; }
  void store(int32_t* p) const { _mm512_storeu_si512(p, v); }
  void store(uint8_t* p) const { _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm512_cvtepi32_epi8(v)); }
  void store(int8_t* p) const { _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm512_cvtepi32_epi8(v)); }
};
inline IntVector operator+(IntVector a, IntVector b) { return {_mm512_add_epi32(a.v, b.v)}; }
inline IntVector operator-(IntVector a, IntVector b) { return {_mm512_sub_epi32(a.v, b.v)}; }
inline IntVector operator*(IntVector a, int32_t b) { return {_mm512_mullo_epi32(a.v, _mm512_set1_epi32(b))}; }
inline IntVector shiftLeft(IntVector a, int bits) { return {_mm512_slli_epi32(a.v, unsigned(bits))}; }
inline IntVector shiftRight(IntVector a, int bits) { return {_mm512_srai_epi32(a.v, unsigned(bits))}; }
inline Vector toFloat(IntVector a) { return {_mm512_cvtepi32_ps(a.v)}; }
inline IntVector toInt(Vector a) { return {_mm512_cvttps_epi32(a.v)}; }

template <> struct IntOf<Vector> { using type = IntVector; };

}  // namespace octavo::OCTAVO_ISA
