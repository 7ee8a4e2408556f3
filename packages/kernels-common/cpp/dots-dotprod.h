#pragma once
#include "dot.h"

// ARM's dot product: sdot multiplies signed bytes, so activations are moved by −128 unless they keep to seven bits. See
// dots-scalar.h for what each operation means.
#define OCTAVO_BYTE_DOT

namespace octavo::OCTAVO_ISA {

struct ByteDot : ByteOperand {
  static constexpr int32_t least = -128, largest = 127;
  static constexpr double cost = 0.25;
};
inline IntVector dot(ByteOperand x, ByteOperand weights, IntVector sum) {
  return {vdotq_s32(sum.v, vreinterpretq_s8_u8(x.v), vreinterpretq_s8_u8(weights.v))};
}

}  // namespace octavo::OCTAVO_ISA
