#pragma once
#include "dot.h"

// AVX-VNNI: vpdpbusd adds four products in int32. See byte-dot-scalar.h for what each operation means.
#define OCTAVO_BYTE_DOT

namespace octavo::OCTAVO_ISA {

struct ByteDot : ByteOperand {
  static constexpr int32_t least = 0, largest = 255;
  static constexpr double cost = 0.5;
};
inline IntVector dot(ByteOperand x, ByteOperand weights, IntVector sum) {
  return {_mm256_dpbusd_avx_epi32(sum.v, x.v, weights.v)};
}

}  // namespace octavo::OCTAVO_ISA
