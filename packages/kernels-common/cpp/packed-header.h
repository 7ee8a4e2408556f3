#pragma once
#include <cstdint>
#include <cstring>

#include "blocking.h"
#include "span.h"

namespace octavo {

/** Packed weights begin with it. `packedMethod` of @octavo/spec reads the name, which is filled up with zeros. */
struct PackedHeader {
  char name[32];
  /** Position in the list of methods. */
  uint32_t method;
  /** Of quantized weights. */
  int32_t xZeroPoint;
  uint8_t unused[24];

  /** Of the bytes' beginning; of fewer bytes than a header, what there is. */
  static PackedHeader read(Span<const uint8_t> packed) {
    PackedHeader header = {};
    std::memcpy(&header, packed.data, smallest(sizeof(header), packed.length));
    return header;
  }
  static void write(Span<uint8_t> packed, const char* methodName, uint32_t method, int32_t xZeroPoint) {
    PackedHeader header = {{}, method, xZeroPoint, {}};
    for (size_t i = 0; methodName[i]; ++i) header.name[i] = methodName[i];
    std::memcpy(packed.data, &header, sizeof(header));
  }
};
static_assert(sizeof(PackedHeader) == 64);

/** Layouts have elements of up to 4 bytes. */
inline bool isPackedAddress(const void* data) { return reinterpret_cast<uintptr_t>(data) % 4 == 0; }

}  // namespace octavo
