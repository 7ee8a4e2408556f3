#pragma once
#include "dot.h"

// AVX-VNNI: vpdpbusd adds four products in int32. See byte-dot-scalar.h for what each operation means.
#define OCTAVO_BYTE_DOT

namespace octavo::OCTAVO_ISA {

struct ByteDot {
  static constexpr size_t depth = 4;
  static constexpr int32_t least = 0, largest = 255;
  static constexpr double cost = 0.5;
  __m256i v;
  static ByteDot load(const uint8_t* p) { return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))}; }
  static ByteDot broadcast(const uint8_t* p) {
    int32_t four;
    std::memcpy(&four, p, sizeof(four));
    return {_mm256_set1_epi32(four)};
  }
};
inline IntVector dot(ByteDot x, ByteDot weights, IntVector sum) {
  return {_mm256_dpbusd_avx_epi32(sum.v, x.v, weights.v)};
}

}  // namespace octavo::OCTAVO_ISA
