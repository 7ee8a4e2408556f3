#pragma once
#include "dot.h"

// AVX2: vpmaddubsw adds pairs of products in int16, where those of 7-bit activations fit: 2 · 127 · 128 < 2¹⁵. See
// byte-dot-scalar.h for what each operation means.
#define OCTAVO_BYTE_DOT

namespace octavo::OCTAVO_ISA {

struct ByteDot {
  static constexpr size_t depth = 4;
  static constexpr int32_t least = 0, largest = 127;
  static constexpr double cost = 0.83;
  __m256i v;
  static ByteDot load(const uint8_t* p) { return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))}; }
  static ByteDot broadcast(const uint8_t* p) {
    int32_t four;
    std::memcpy(&four, p, sizeof(four));
    return {_mm256_set1_epi32(four)};
  }
};
inline IntVector dot(ByteDot x, ByteDot weights, IntVector sum) {
  const __m256i pairs = _mm256_maddubs_epi16(x.v, weights.v);
  return {_mm256_add_epi32(sum.v, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)))};
}

}  // namespace octavo::OCTAVO_ISA
