#pragma once
#include "dot.h"

// AVX2 with FMA. See dot-scalar.h for what each operation means.
namespace octavo::OCTAVO_ISA {

inline Vector multiplyAdd(Vector a, Vector b, Vector c) { return {_mm256_fmadd_ps(a.v, b.v, c.v)}; }

inline __m256i load256(const int16_t* p) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)); }

struct Dot {
  static constexpr size_t depth = 2;
  __m256i v;
  static Dot load(const int16_t* p) { return {load256(p)}; }
  static Dot broadcast(const int16_t* p) {
    int32_t pair;
    std::memcpy(&pair, p, sizeof(pair));
    return {_mm256_set1_epi32(pair)};
  }
};
inline IntVector dot(Dot a, Dot b, IntVector sum) {
  return {_mm256_add_epi32(sum.v, _mm256_madd_epi16(a.v, b.v))};
}

struct DepthwiseDot {
  static constexpr size_t taps = 2, channels = 16;
  // Unpacking works within halves of a register: the low results hold channels 0–3 and 8–11.
  static constexpr size_t position(size_t channel) {
    return (channel & 3) + (channel & 4) * 2 + (channel & 8) / 2;
  }
  static void accumulate(const int16_t* const* x, const int16_t* weights, IntVector* sum) {
    const __m256i first = load256(x[0]), second = load256(x[1]);
    sum[0] = dot(Dot{_mm256_unpacklo_epi16(first, second)}, Dot::load(weights), sum[0]);
    sum[1] = dot(Dot{_mm256_unpackhi_epi16(first, second)}, Dot::load(weights + 16), sum[1]);
  }
  static void inOrder(IntVector* sum) {
    const __m256i low = sum[0].v, high = sum[1].v;
    sum[0].v = _mm256_permute2x128_si256(low, high, 0x20);
    sum[1].v = _mm256_permute2x128_si256(low, high, 0x31);
  }
};

constexpr size_t centreWidth = 16;
inline void centre(const uint8_t* from, uint8_t flip, int16_t zero, int16_t* to) {
  const __m128i bytes =
      _mm_xor_si128(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)), _mm_set1_epi8(char(flip)));
  const __m256i wide = _mm256_sub_epi16(_mm256_cvtepu8_epi16(bytes), _mm256_set1_epi16(zero));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), wide);
}

}  // namespace octavo::OCTAVO_ISA
