#pragma once
// AVX-512 and AMX on a processor that has none: SIMDe (Debian's libsimde-dev) says in plain C++ what the intrinsics do, of AMX
// amx.h. check-emulated.ts puts this file in front of the compiler's own.
#include_next <immintrin.h>

#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/x86/avx512.h>

#include <cmath>
#include <cstdint>
#include <cstring>

// Of SIMDe 0.7.4 the names of two are wrong or missing, and some functions: as in Intel's Intrinsics Guide, lane by lane.
#undef _mm512_madd_epi16
#define _mm512_madd_epi16(a, b) simde_mm512_madd_epi16(a, b)
#define _mm256_dpbusd_avx_epi32(sum, a, b) simde_mm256_dpbusd_epi32(sum, a, b)
#define _mm256_dpwssd_avx_epi32(sum, a, b) simde_mm256_dpwssd_epi32(sum, a, b)

namespace imitated {

template <typename To, typename From, typename Out, typename In, typename Lane>
inline Out lanes(In in, const Lane& lane) {
  From from[sizeof(In) / sizeof(From)];
  To to[sizeof(Out) / sizeof(To)];
  std::memcpy(from, &in, sizeof(in));
  for (size_t i = 0; i < sizeof(Out) / sizeof(To); ++i) to[i] = lane(from[i]);
  Out out;
  std::memcpy(&out, to, sizeof(out));
  return out;
}

constexpr auto as = []<typename To>(To) { return [](auto x) { return static_cast<To>(x); }; };

/** What does not fit int32, and NaN, becomes the least. */
inline int32_t toInt32(double x) { return x >= -0x1p31 && x < 0x1p31 ? int32_t(x) : INT32_MIN; }

/** Four lanes at a time: two fours of a, then two of b. */
inline __m512 shuffleFours(__m512 a, __m512 b, int which) {
  float from[2][16], to[16];
  std::memcpy(from[0], &a, sizeof(a));
  std::memcpy(from[1], &b, sizeof(b));
  for (int i = 0; i < 16; ++i) to[i] = from[i / 8][(which >> i / 4 * 2 & 3) * 4 + i % 4];
  __m512 out;
  std::memcpy(&out, to, sizeof(out));
  return out;
}

}  // namespace imitated

#define _mm512_cvtepi32_epi8(a) imitated::lanes<int8_t, int32_t, __m128i>(a, imitated::as(int8_t()))
#define _mm512_cvtepi32_ps(a) imitated::lanes<float, int32_t, __m512>(a, imitated::as(float()))
#define _mm512_cvtepi8_epi32(a) imitated::lanes<int32_t, int8_t, __m512i>(a, imitated::as(int32_t()))
#define _mm512_cvtepu8_epi32(a) imitated::lanes<int32_t, uint8_t, __m512i>(a, imitated::as(int32_t()))
#define _mm512_cvtepu8_epi16(a) imitated::lanes<int16_t, uint8_t, __m512i>(a, imitated::as(int16_t()))
#define _mm512_cvtps_epi32(a) \
  imitated::lanes<int32_t, float, __m512i>(a, [](float x) { return imitated::toInt32(std::nearbyint(x)); })
#define _mm512_cvttps_epi32(a) imitated::lanes<int32_t, float, __m512i>(a, imitated::toInt32)
#define _mm512_srai_epi32(a, bits) \
  imitated::lanes<int32_t, int32_t, __m512i>(a, [n = bits](int32_t x) { return x >> n; })
#define _mm512_shuffle_f32x4(a, b, which) imitated::shuffleFours(a, b, which)

#include "amx.h"
