#pragma once
#include <immintrin.h>

#include <cstdint>

namespace octavo::OCTAVO_ISA {

/** Some bytes at a time, and a bit for each. */
struct ManyBytes {
  static constexpr size_t count = 32;
  __m256i v;
  static ManyBytes load(const uint8_t* p) { return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))}; }
  /** All but the highest bits. */
  void storeLow(uint8_t* p) const {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm256_and_si256(v, _mm256_set1_epi8(127)));
  }
  /** Those whose highest bit is set. */
  uint32_t high() const { return uint32_t(_mm256_movemask_epi8(v)); }
  /** Those that are not below `least`. */
  uint32_t from(uint8_t least) const {
    return uint32_t(_mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_max_epu8(v, _mm256_set1_epi8(char(least))), v)));
  }
};

/** int16 sums of as many int8. */
struct ManySums {
  static constexpr size_t count = ManyBytes::count;
  __m256i low, high;
  static ManySums zeros() { return {_mm256_setzero_si256(), _mm256_setzero_si256()}; }
  /** Two int8 of each. */
  static ManySums of(const int8_t* a, const int8_t* b) {
    const __m256i ones = _mm256_set1_epi8(1), x = load(a), y = load(b);
    return {_mm256_maddubs_epi16(ones, _mm256_unpacklo_epi8(x, y)), _mm256_maddubs_epi16(ones, _mm256_unpackhi_epi8(x, y))};
  }
  /** to = from + 2^`bits` times the sums, modulo 2³². */
  void addShifted(int bits, const int32_t* from, int32_t* to) const {
    const __m128i shorts[] = {_mm256_castsi256_si128(low), _mm256_castsi256_si128(high), _mm256_extracti128_si256(low, 1),
                              _mm256_extracti128_si256(high, 1)};
    for (size_t i = 0; i < 4; ++i) {
      const __m256i more = _mm256_slli_epi32(_mm256_cvtepi16_epi32(shorts[i]), bits);
      const __m256i before = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + 8 * i));
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + 8 * i), _mm256_add_epi32(before, more));
    }
  }

 private:
  static __m256i load(const int8_t* p) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)); }
};
inline ManySums operator+(ManySums a, ManySums b) { return {_mm256_add_epi16(a.low, b.low), _mm256_add_epi16(a.high, b.high)}; }
inline ManySums operator-(ManySums a, ManySums b) { return {_mm256_sub_epi16(a.low, b.low), _mm256_sub_epi16(a.high, b.high)}; }

}  // namespace octavo::OCTAVO_ISA
