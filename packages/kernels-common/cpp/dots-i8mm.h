#pragma once
#include "dot.h"

// ARM's int8 matrix multiplication extension, of which usdot multiplies unsigned by signed bytes. See dots-scalar.h
// for what each operation means.
#define OCTAVO_BYTE_DOT

namespace octavo::OCTAVO_ISA {

struct ByteDot : ByteOperand {
  static constexpr int32_t least = 0, largest = 255;
  static constexpr double cost = 0.25;
};
inline IntVector dot(ByteOperand x, ByteOperand weights, IntVector sum) {
  return {vusdotq_s32(sum.v, x.v, vreinterpretq_s8_u8(weights.v))};
}

}  // namespace octavo::OCTAVO_ISA
