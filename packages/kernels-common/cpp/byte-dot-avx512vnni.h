#pragma once
#include "dot.h"

// AVX-512 with VNNI: vpdpbusd adds four products in int32. See byte-dot-scalar.h for what each operation means.
#define OCTAVO_BYTE_DOT

namespace octavo::OCTAVO_ISA {

struct ByteDot {
  static constexpr size_t depth = 4;
  static constexpr int32_t least = 0, largest = 255;
  static constexpr double cost = 0.5;
  __m512i v;
  static ByteDot load(const uint8_t* p) { return {_mm512_loadu_si512(p)}; }
  static ByteDot broadcast(const uint8_t* p) {
    int32_t four;
    std::memcpy(&four, p, sizeof(four));
    return {_mm512_set1_epi32(four)};
  }
};
inline IntVector dot(ByteDot x, ByteDot weights, IntVector sum) {
  return {_mm512_dpbusd_epi32(sum.v, x.v, weights.v)};
}

}  // namespace octavo::OCTAVO_ISA
