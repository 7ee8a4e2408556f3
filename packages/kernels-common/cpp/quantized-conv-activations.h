#pragma once
#include <cstring>

#include "dot.h"
#include "element-types.h"

namespace octavo::OCTAVO_ISA {

/** 8-bit activations and what makes them int16 values around zero. */
struct Activations8 {
  const uint8_t* data;
  uint8_t flip;
  int16_t zero;

  /** Signed bytes are read as unsigned ones, 128 higher. */
  Activations8(const Input8& array, int32_t zeroPoint)
      : data(static_cast<const uint8_t*>(array.data)),
        flip(array.kind == ElementKind::int8 ? 0x80 : 0),
        zero(int16_t(zeroPoint + flip)) {}

  void centreRun(const uint8_t* from, int16_t* to, size_t n) const {
    if (n >= ShortVector::width) return centreBy<ShortVector>(from, to, n);
    if (n >= FewShorts::width) return centreBy<FewShorts>(from, to, n);
    for (size_t i = 0; i < n; ++i) to[i] = int16_t((from[i] ^ flip) - zero);
  }

  /** Rows for `DepthwiseDot`; null ones lie outside. Writes whole blocks of channels. */
  void arrangeRun(const uint8_t* const* rows, int16_t* to, size_t n) const {
    constexpr size_t together = DepthwiseDot::taps, block = DepthwiseDot::channels;
    // What is not a local variable would be read again after every write.
    const uint8_t flipped = flip;
    const int16_t zeroPoint = zero;
    const uint8_t* at[together];
    for (size_t i = 0; i < together; ++i) at[i] = rows[i];
    for (; n >= block; n -= block, to += together * block) {
      DepthwiseDot::arrange(at, flipped, zeroPoint, to);
      for (const uint8_t*& row : at) row = row ? row + block : nullptr;
    }
    if (n == 0) return;
    uint8_t rest[together][block] = {};
    for (size_t i = 0; i < together; ++i) {
      if (at[i]) at[i] = static_cast<uint8_t*>(std::memcpy(rest[i], at[i], n));
    }
    DepthwiseDot::arrange(at, flipped, zeroPoint, to);
  }

 private:
  template <typename Shorts>
  void centreBy(const uint8_t* from, int16_t* to, size_t n) const {
    constexpr size_t width = Shorts::width;
    const uint8_t flipped = flip;
    const int16_t zeroPoint = zero;
    const auto some = [=](size_t i) { Shorts::centred(from + i, flipped, zeroPoint).store(to + i); };
    for (size_t i = 0; i + width <= n; i += width) some(i);
    // The rest, together with some of what is done.
    if (n % width != 0) some(n - width);
  }
};

}  // namespace octavo::OCTAVO_ISA
