#pragma once
#include "dot.h"

// AVX-512 with VNNI: vpdpbusd adds four products of bytes in int32, vpdpwssd two of int16. See dots-scalar.h for what each
// operation means.
#define OCTAVO_BYTE_DOT

namespace octavo::OCTAVO_ISA {

inline IntVector dot(Dot a, Dot b, IntVector sum) { return {_mm512_dpwssd_epi32(sum.v, a.v, b.v)}; }

struct ByteDot : ByteOperand {
  static constexpr int32_t least = 0, largest = 255;
  /** Measured: Winograd's are faster for 256 channels from 14×14 results on, for 64 from 16×16. */
  static constexpr double cost = 0.42;
};
inline IntVector dot(ByteOperand x, ByteOperand weights, IntVector sum) {
  return {_mm512_dpbusd_epi32(sum.v, x.v, weights.v)};
}

}  // namespace octavo::OCTAVO_ISA
