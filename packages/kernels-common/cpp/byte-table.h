#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace octavo::OCTAVO_ISA {

/** A byte for each byte. */
class ByteTable {
  uint8_t entries[256];

 public:
  /** Bytes that `map` takes. */
  static constexpr size_t together = 8;
  explicit ByteTable(const uint8_t* table) { std::memcpy(entries, table, sizeof entries); }
  void map(const uint8_t* from, uint8_t* to) const {
#pragma GCC unroll 8
    for (size_t i = 0; i < together; ++i) to[i] = entries[from[i]];
  }
};

}  // namespace octavo::OCTAVO_ISA
