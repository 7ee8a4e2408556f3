#pragma once
#include "dot.h"

// ARM's dot product: sdot multiplies signed bytes, so activations are moved by −128 unless they keep to seven bits. See
// byte-dot-scalar.h for what each operation means.
#define OCTAVO_BYTE_DOT

namespace octavo::OCTAVO_ISA {

struct ByteDot {
  static constexpr size_t depth = 4;
  static constexpr int32_t least = -128, largest = 127;
  static constexpr double cost = 0.25;
  int8x16_t v;
  static ByteDot load(const uint8_t* p) { return {vreinterpretq_s8_u8(vld1q_u8(p))}; }
  static ByteDot broadcast(const uint8_t* p) {
    int32_t four;
    std::memcpy(&four, p, sizeof(four));
    return {vreinterpretq_s8_s32(vdupq_n_s32(four))};
  }
};
inline IntVector dot(ByteDot x, ByteDot weights, IntVector sum) { return {vdotq_s32(sum.v, x.v, weights.v)}; }

}  // namespace octavo::OCTAVO_ISA
