#pragma once
#include <immintrin.h>

#include "vector-scalar.h"

// AVX2: 8 lanes. See vector-scalar.h for what each operation means.
namespace octavo::OCTAVO_ISA {

struct Mask {
  __m256 v;
};
inline Mask operator&(Mask a, Mask b) { return {_mm256_and_ps(a.v, b.v)}; }
inline Mask operator|(Mask a, Mask b) { return {_mm256_or_ps(a.v, b.v)}; }
inline bool any(Mask m) { return _mm256_movemask_ps(m.v) != 0; }

struct Vector {
  static constexpr size_t width = 8;
  __m256 v;
  static Vector load(const float* p) { return {_mm256_loadu_ps(p)}; }
  static Vector broadcast(float x) { return {_mm256_set1_ps(x)}; }
  void store(float* p) const { _mm256_storeu_ps(p, v); }
};
inline Vector operator+(Vector a, Vector b) { return {_mm256_add_ps(a.v, b.v)}; }
inline Vector operator-(Vector a, Vector b) { return {_mm256_sub_ps(a.v, b.v)}; }
inline Vector operator*(Vector a, Vector b) { return {_mm256_mul_ps(a.v, b.v)}; }
inline Vector operator/(Vector a, Vector b) { return {_mm256_div_ps(a.v, b.v)}; }
inline Vector larger(Vector a, Vector b) { return {_mm256_max_ps(a.v, b.v)}; }
inline Vector smaller(Vector a, Vector b) { return {_mm256_min_ps(a.v, b.v)}; }
inline Vector roundEven(Vector a) { return {_mm256_round_ps(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)}; }
inline Vector floor(Vector a) { return {_mm256_floor_ps(a.v)}; }
inline Vector squareRoot(Vector a) { return {_mm256_sqrt_ps(a.v)}; }
inline Vector absolute(Vector a) { return {_mm256_andnot_ps(_mm256_set1_ps(-0.0f), a.v)}; }
inline Vector negate(Vector a) { return {_mm256_xor_ps(_mm256_set1_ps(-0.0f), a.v)}; }
inline Mask operator<(Vector a, Vector b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_LT_OQ)}; }
inline Mask operator<=(Vector a, Vector b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_LE_OQ)}; }
inline Mask operator>(Vector a, Vector b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_GT_OQ)}; }
inline Mask operator>=(Vector a, Vector b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_GE_OQ)}; }
inline Mask operator==(Vector a, Vector b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_EQ_OQ)}; }
inline Mask isNaN(Vector a) { return {_mm256_cmp_ps(a.v, a.v, _CMP_UNORD_Q)}; }
inline Vector select(Mask m, Vector a, Vector b) { return {_mm256_blendv_ps(b.v, a.v, m.v)}; }
inline Vector keep(Mask m, Vector a) { return {_mm256_and_ps(m.v, a.v)}; }

struct IntVector {
  __m256i v;
  static IntVector load(const int32_t* p) { return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))}; }
  static IntVector load(const uint8_t* p) {
    return {_mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)))};
  }
  static IntVector load(const int8_t* p) {
    return {_mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)))};
  }
  static IntVector broadcast(int32_t x) { return {_mm256_set1_epi32(x)}; }
  void store(int32_t* p) const { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), v); }
  void store(uint8_t* p) const { _mm_storel_epi64(reinterpret_cast<__m128i*>(p), lowBytes()); }
  void store(int8_t* p) const { _mm_storel_epi64(reinterpret_cast<__m128i*>(p), lowBytes()); }

 private:
  /** The low byte of each lane, in order. */
  __m128i lowBytes() const {
    const __m256i gather = _mm256_setr_epi8(0, 4, 8, 12, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
                                            0, 4, 8, 12, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
    const __m256i bytes = _mm256_shuffle_epi8(v, gather);
    return _mm_unpacklo_epi32(_mm256_castsi256_si128(bytes), _mm256_extracti128_si256(bytes, 1));
  }
};
inline IntVector operator+(IntVector a, IntVector b) { return {_mm256_add_epi32(a.v, b.v)}; }
inline IntVector operator-(IntVector a, IntVector b) { return {_mm256_sub_epi32(a.v, b.v)}; }
inline IntVector operator*(IntVector a, int32_t b) { return {_mm256_mullo_epi32(a.v, _mm256_set1_epi32(b))}; }
inline IntVector shiftLeft(IntVector a, int bits) { return {_mm256_slli_epi32(a.v, bits)}; }
inline IntVector shiftRight(IntVector a, int bits) { return {_mm256_srai_epi32(a.v, bits)}; }
inline Vector toFloat(IntVector a) { return {_mm256_cvtepi32_ps(a.v)}; }
inline IntVector toInt(Vector a) { return {_mm256_cvttps_epi32(a.v)}; }

template <> struct IntOf<Vector> { using type = IntVector; };

}  // namespace octavo::OCTAVO_ISA
