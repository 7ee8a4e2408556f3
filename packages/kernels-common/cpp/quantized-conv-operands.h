#pragma once
#include <cstring>

#include "quantized-conv-method.h"
#include "quantized-conv-tile.h"

// How the activations and the weights of a convolution become operands of a `Product`: as int16 around zero, or as bytes
// as they are (quantized-conv-window-operands.h has another way).
namespace octavo::OCTAVO_ISA {

/** Activations for int16 products: centred copies. */
struct CentredRows {
  using Element = int16_t;
  Activations8 x;
  /** What positions outside become. */
  static constexpr int16_t outside = 0;
  void copy(const uint8_t* from, int16_t* to, size_t n) const { x.centreRun(from, to, n); }
  /** Operands as they lie in memory, or null if only a copy of them can be multiplied. */
  static const int16_t* asIs(const uint8_t*) { return nullptr; }
};

/** int16 products of activations around zero; weights as wide as they are. */
template <typename P>
struct CentredOperands {
  using Product = P;
  using Weight = typename P::Weight;
  using Rows = CentredRows;
  /** The method that multiplies rows of them. */
  static constexpr const char* ofRows = sizeof(Weight) > 1 ? "rows of wide weights" : "rows";
  static bool takes(const ConvFacts& facts) { return sizeof(Weight) > 1 || facts.hasByteWeights(); }

  /** Bytes that packed weights begin with: what `rows` needs to know. */
  static constexpr size_t headerBytes = 0;
  static void packHeader(const ConvFacts&, uint8_t*) {}
  static Rows rows(const ConvCall& call) { return {call.x}; }

  /** Bytes that the weights of some columns begin with: what the sums of each begin with. */
  static constexpr size_t startBytes(size_t, size_t) { return 0; }
  static void packStart(const ConvFacts&, size_t, size_t, size_t, const Weight*, uint8_t*) {}
  static SumStart start(const uint8_t*) { return {nullptr, 0}; }
};

#ifdef OCTAVO_BYTE_DOT
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

/** Weights of bytes that are moved: Σ (x − zx) w = Σ (x + shift) w − (zx + shift) Σ w. */
struct MovedWeights {
  /** A line of the cache: no load of a whole vector of panels shall cross two. */
  static constexpr size_t headerBytes = 64;
  static constexpr size_t columnStartBytes(size_t columns) { return roundUp(columns, 32) * sizeof(int32_t); }
  static SumStart start(const uint8_t* packed) { return {reinterpret_cast<const int32_t*>(packed), 0}; }

 protected:
  static void packMove(const ConvFacts& facts, int32_t shift, uint8_t* to) {
    to[0] = uint8_t(shift);
    to[1] = uint8_t(facts.xZeroPoint + shift);
  }
  static void packColumnStarts(const ConvFacts& facts, int32_t zero, size_t firstColumn, size_t columns, uint8_t* to) {
    auto* const start = reinterpret_cast<int32_t*>(to);
    std::memset(start, 0, columnStartBytes(columns));
    for (size_t column = 0; column < columns; ++column) {
      uint32_t sum = 0;
      for (size_t k = 0; k < filterElements(facts.shape); ++k) sum += uint32_t(facts.weight(firstColumn + column, k));
      start[column] = -int32_t(uint32_t(zero) * sum);
    }
  }
};

/** Where all activations fit the byte dot product of the instruction set, and all weights int8. */
struct ByteOperands : MovedWeights {
  using Product = SevenBitProduct;
  using Rows = ByteRows;
  static constexpr const char* ofRows = "byte rows";
  static bool takes(const ConvFacts& facts) {
    return facts.most - facts.least <= ByteDot::largest - ByteDot::least && facts.hasByteWeights();
  }

  static void packHeader(const ConvFacts& facts, uint8_t* to) { packMove(facts, shiftOf(facts), to); }
  static Rows rows(const ConvCall& call) { return {call.packed[0], call.packed[1]}; }

  static constexpr size_t startBytes(size_t, size_t columns) { return columnStartBytes(columns); }
  static void packStart(const ConvFacts& facts, size_t, size_t firstColumn, size_t columns, const uint8_t*, uint8_t* to) {
    packColumnStarts(facts, facts.xZeroPoint + shiftOf(facts), firstColumn, columns, to);
  }

 private:
  /** None if the activations fit as they are. */
  static int32_t shiftOf(const ConvFacts& facts) {
    const int32_t least = facts.xZeroPoint + facts.least, most = facts.xZeroPoint + facts.most;
    return ByteDot::least <= least && most <= ByteDot::largest ? 0 : ByteDot::least - least;
  }
};

/** The fastest operands that take activations of all eight bits. */
using EightBitOperands = std::conditional_t<std::is_same_v<EightBitProduct, ByteProduct>, ByteOperands, CentredOperands<IntProduct>>;
#else
using EightBitOperands = CentredOperands<IntProduct>;
#endif

/**
 * The packed weights of `groups` groups: a header, then for each group what its sums begin with, which may be made of its
 * panels, and these.
 */
template <typename Operands>
struct PackedGroups {
  using Product = typename Operands::Product;
  using Weight = typename Product::Weight;
  /** Of each group; the depth with all that fills it up. */
  size_t groups, columns, depth;

  size_t groupBytes() const {
    return Operands::startBytes(depth, columns) + dotElements<Product>(depth, columns) * sizeof(Weight);
  }
  size_t bytes() const { return Operands::headerBytes + groups * groupBytes(); }

  /** `weight(k, channel)` for every k below the depth and every output channel. */
  template <typename At>
  void pack(const ConvFacts& facts, Runs runs, const At& weight, uint8_t* to) const {
    Operands::packHeader(facts, to);
    to += Operands::headerBytes;
    for (size_t first = 0; first < groups * columns; first += columns, to += groupBytes()) {
      const auto at = [&](size_t k, size_t column) { return weight(k, first + column); };
      auto* const panels = reinterpret_cast<Weight*>(to + Operands::startBytes(depth, columns));
      packDots<Product>(depth, columns, runs, at, panels);
      Operands::packStart(facts, depth, first, columns, panels, to);
    }
  }

  Panels<Product> panels(const uint8_t* packed, size_t group) const {
    const uint8_t* const from = packed + Operands::headerBytes + group * groupBytes();
    return {reinterpret_cast<const Weight*>(from + Operands::startBytes(depth, columns)), Operands::start(from)};
  }
};

}  // namespace octavo::OCTAVO_ISA
