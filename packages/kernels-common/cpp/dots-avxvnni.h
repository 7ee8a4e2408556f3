#pragma once
#include "dot.h"

// AVX-VNNI: vpdpbusd adds four products of bytes in int32, vpdpwssd two of int16. See dots-scalar.h for what each
// operation means.
#define OCTAVO_BYTE_DOT

namespace octavo::OCTAVO_ISA {

inline IntVector dot(Dot a, Dot b, IntVector sum) { return {_mm256_dpwssd_avx_epi32(sum.v, a.v, b.v)}; }

struct ByteDot : ByteOperand {
  static constexpr int32_t least = 0, largest = 255;
  /** That of AVX-512 with VNNI, whose instructions these are, half as wide; not measured. */
  static constexpr double cost = 0.36;
};
inline IntVector dot(ByteOperand x, ByteOperand weights, IntVector sum) {
  return {_mm256_dpbusd_avx_epi32(sum.v, x.v, weights.v)};
}

}  // namespace octavo::OCTAVO_ISA
