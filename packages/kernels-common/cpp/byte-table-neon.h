#pragma once
#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

namespace octavo::OCTAVO_ISA {

/** See byte-table.h. */
class ByteTable {
  uint8x16x4_t quarters[4];

 public:
  static constexpr size_t together = 16;

  explicit ByteTable(const uint8_t* table) {
    for (size_t i = 0; i < 4; ++i) {
      for (size_t row = 0; row < 4; ++row) quarters[i].val[row] = vld1q_u8(table + 64 * i + 16 * row);
    }
  }

  void map(const uint8_t* from, uint8_t* to) const {
    const uint8x16_t index = vld1q_u8(from);
    uint8x16_t found = vqtbl4q_u8(quarters[0], index);
    // Where an index is beyond the quarter, what was found stays.
    for (size_t i = 1; i < 4; ++i) found = vqtbx4q_u8(found, quarters[i], vsubq_u8(index, vdupq_n_u8(uint8_t(64 * i))));
    vst1q_u8(to, found);
  }
};

}  // namespace octavo::OCTAVO_ISA
