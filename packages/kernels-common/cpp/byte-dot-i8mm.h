#pragma once
#include "dot.h"

// ARM's int8 matrix multiplication extension, of which usdot multiplies unsigned by signed bytes. See byte-dot-scalar.h
// for what each operation means.
#define OCTAVO_BYTE_DOT

namespace octavo::OCTAVO_ISA {

struct ByteDot {
  static constexpr size_t depth = 4;
  static constexpr int32_t least = 0, largest = 255;
  static constexpr double cost = 0.25;
  uint8x16_t v;
  static ByteDot load(const uint8_t* p) { return {vld1q_u8(p)}; }
  static ByteDot broadcast(const uint8_t* p) {
    uint32_t four;
    std::memcpy(&four, p, sizeof(four));
    return {vreinterpretq_u8_u32(vdupq_n_u32(four))};
  }
};
inline IntVector dot(ByteDot x, ByteDot weights, IntVector sum) {
  return {vusdotq_s32(sum.v, x.v, vreinterpretq_s8_u8(weights.v))};
}

}  // namespace octavo::OCTAVO_ISA
