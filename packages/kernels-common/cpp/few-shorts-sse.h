#pragma once
#include <immintrin.h>

#include "vector-scalar.h"

namespace octavo::OCTAVO_ISA {

/** Of AVX2 and AVX-512; see dot-scalar.h. */
struct FewShorts {
  static constexpr size_t width = 8;
  __m128i v;
  static FewShorts centred(const uint8_t* p, uint8_t flip, int16_t zero) {
    const __m128i bytes = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(p));
    const __m128i flipped = _mm_xor_si128(bytes, _mm_set1_epi8(char(flip)));
    return {_mm_sub_epi16(_mm_cvtepu8_epi16(flipped), _mm_set1_epi16(zero))};
  }
  void store(int16_t* p) const { _mm_storeu_si128(reinterpret_cast<__m128i*>(p), v); }
};

}  // namespace octavo::OCTAVO_ISA
