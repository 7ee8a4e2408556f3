#pragma once
#include "quantized-conv-rows.h"

// Products of activations as they are, with weights of one byte: Σ (x − zx) w = Σ (x + shift) w − (zx + shift) Σ w.
namespace octavo::OCTAVO_ISA {

/** Activations for byte products: where they lie, or copies moved into the range that the dot product takes. */
struct ByteRows {
  using Element = uint8_t;
  /** Added to each activation, modulo 256. */
  uint8_t shift;
  uint8_t outside;
  void copy(const uint8_t* from, uint8_t* to, size_t n) const {
    if (shift == 0) return n >= 32 ? move<32>(from, to, n) : n >= 8 ? move<8>(from, to, n) : move<1>(from, to, n);
    const uint8_t by = shift;
    for (size_t i = 0; i < n; ++i) to[i] = uint8_t(from[i] + by);
  }
  const uint8_t* asIs(const uint8_t* from) const { return shift == 0 ? from : nullptr; }

 private:
  template <size_t Width>
  static void move(const uint8_t* from, uint8_t* to, size_t n) {
    for (size_t i = 0; i + Width <= n; i += Width) std::memcpy(to + i, from + i, Width);
    // The rest, together with some of what is done.
    if (n % Width != 0) std::memcpy(to + n - Width, from + n - Width, Width);
  }
};

/** Where all activations fit the byte dot product of the instruction set, and all weights int8. */
struct ByteRowsMethod {
  static constexpr const char* name = "byte rows";

  static bool takes(const ConvFacts& facts) {
    return facts.most - facts.least <= ByteDot::largest - ByteDot::least && facts.hasByteWeights();
  }

  static size_t bytes(const ConvShape& shape) {
    return sizeof(Header) + size_t(shape.groups) * groupBytes(shape);
  }

  static void pack(const ConvFacts& facts, uint8_t* packed) {
    const ConvShape& shape = facts.shape;
    const size_t columns = groupColumns(shape), depth = filterElements(shape);
    const int32_t shift = shiftFor(facts.xZeroPoint + facts.least, facts.xZeroPoint + facts.most);
    const int32_t zero = facts.xZeroPoint + shift;
    const Header header = {uint8_t(shift), uint8_t(zero), {}};
    std::memcpy(packed, &header, sizeof(header));
    uint8_t* to = packed + sizeof(header);
    for (size_t group = 0; group < size_t(shape.groups); ++group, to += groupBytes(shape)) {
      const auto at = [&](size_t k, size_t column) { return facts.weight(group * columns + column, k); };
      auto* const start = reinterpret_cast<int32_t*>(to);
      std::memset(start, 0, startBytes(shape));
      for (size_t column = 0; column < columns; ++column) {
        uint32_t sum = 0;
        for (size_t k = 0; k < depth; ++k) sum += uint32_t(at(k, column));
        start[column] = -int32_t(uint32_t(zero) * sum);
      }
      packDots<ByteProduct>(depth, columns, at, to + startBytes(shape));
    }
  }

  static void run(const ConvCall& call) {
    const ConvShape& shape = call.shape;
    const Gather gather = forwardGather(shape);
    const size_t columns = groupColumns(shape);
    Header header;
    std::memcpy(&header, call.packed, sizeof(header));
    const ByteRows rows = {header.shift, header.outside};
    const uint8_t* from = call.packed + sizeof(header);
    for (size_t group = 0; group < size_t(shape.groups); ++group, from += groupBytes(shape)) {
      const Panels<ByteProduct> panels = {from + startBytes(shape), reinterpret_cast<const int32_t*>(from)};
      dotRows(gather, size_t(shape.batch), rows, call.x.data + group * gather.channels, columns, panels,
              call.requantizer.from(group * columns), call.y + group * columns, shape.outSize,
              size_t(shape.outChannels));
    }
  }

 private:
  struct Header {
    uint8_t shift, outside, unused[6];
  };

  /** None if the activations fit as they are. */
  static int32_t shiftFor(int32_t xMin, int32_t xMax) {
    return ByteDot::least <= xMin && xMax <= ByteDot::largest ? 0 : ByteDot::least - xMin;
  }

  static size_t groupColumns(const ConvShape& shape) { return size_t(shape.outChannels / shape.groups); }
  /** What the sums of each column begin with, whole panels of it. */
  static size_t startBytes(const ConvShape& shape) {
    return roundUp(groupColumns(shape), columnsOf<ByteProduct>) * sizeof(int32_t);
  }
  static size_t groupBytes(const ConvShape& shape) {
    return startBytes(shape) + dotElements<ByteProduct>(filterElements(shape), groupColumns(shape));
  }
};

}  // namespace octavo::OCTAVO_ISA
