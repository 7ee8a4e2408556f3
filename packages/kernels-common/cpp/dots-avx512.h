#pragma once
#include "dot.h"
#include "many-bytes-avx2.h"

// AVX-512 adds up sums of pairs; vpmaddubsw makes those of bytes in int16, where those of 7-bit activations fit:
// 2 · 127 · 128 < 2¹⁵. See dots-scalar.h for what each operation means.
#define OCTAVO_BYTE_DOT
#define OCTAVO_PAIRED_DOT

namespace octavo::OCTAVO_ISA {

inline IntVector dot(Dot a, Dot b, IntVector sum) {
  return {_mm512_add_epi32(sum.v, _mm512_madd_epi16(a.v, b.v))};
}

struct ByteDot : ByteOperand {
  static constexpr int32_t least = 0, largest = 127;
  static constexpr double cost = 0.62;
  static constexpr size_t windowRows = 16;
};
inline IntVector dot(ByteOperand x, ByteOperand weights, IntVector sum) {
  const __m512i pairs = _mm512_maddubs_epi16(x.v, weights.v);
  return {_mm512_add_epi32(sum.v, _mm512_madd_epi16(pairs, _mm512_set1_epi16(1)))};
}
/** Of two operands, whose sums of pairs fit int16 together. */
inline IntVector pairedDot(ByteOperand x0, ByteOperand weights0, ByteOperand x1, ByteOperand weights1, IntVector sum) {
  const __m512i pairs = _mm512_add_epi16(_mm512_maddubs_epi16(x0.v, weights0.v), _mm512_maddubs_epi16(x1.v, weights1.v));
  return {_mm512_add_epi32(sum.v, _mm512_madd_epi16(pairs, _mm512_set1_epi16(1)))};
}

}  // namespace octavo::OCTAVO_ISA
