#pragma once
#include <cstring>

#include "conv-gather.h"
#include "quantized-conv-method.h"

// How the activations and the weights of a convolution become operands of a `Product`: as int16 around zero, or as bytes
// as they are.
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

/** Packed weights that begin with nothing. */
struct NoHeader {
  /** Bytes that packed weights begin with: what `rows` needs to know. */
  static constexpr size_t headerBytes = 0;
  static void packHeader(const ConvFacts&, uint8_t*) {}
};

/** Sums that begin with zero. */
struct NoStarts {
  /** Bytes that the weights of some columns begin with: what the sums of each begin with. */
  static constexpr size_t startBytes(size_t) { return 0; }
  static void packStart(const ConvFacts&, size_t, size_t, uint8_t*) {}
  static const int32_t* start(const uint8_t*) { return nullptr; }
};

/** Sums that begin with an int32 of each column. */
struct ColumnStarts {
  static constexpr size_t startBytes(size_t columns) { return roundUp(columns, Vector::width) * sizeof(int32_t); }
  static const int32_t* start(const uint8_t* packed) { return reinterpret_cast<const int32_t*>(packed); }
};

/** int16 products of activations around zero; weights as wide as they are. */
template <typename P>
struct CentredOperands : NoHeader, NoStarts {
  using Product = P;
  using Rows = CentredRows;
  /** The method that multiplies rows of them. */
  static constexpr const char* ofRows = sizeof(typename P::Weight) > 1 ? "rows of wide weights" : "rows";
  static bool takes(const ConvFacts& facts) { return sizeof(typename P::Weight) > 1 || facts.hasByteWeights(); }

  static Rows rows(const ConvCall& call) { return {call.x}; }
};

#ifdef OCTAVO_CROSSED_DOT
/** The same products with half the multiplications; weights take twice the memory of int8. */
struct CrossedOperands : NoHeader, ColumnStarts {
  using Product = CrossedProduct;
  using Rows = CentredRows;
  static constexpr const char* ofRows = "crossed rows";
  /** Where each row has so many products that what is subtracted from their sums costs little. */
  static bool takes(const ConvFacts& facts) {
    const ConvShape& s = facts.shape;
    return filterElements(s) >= 64 && s.outChannels / s.groups >= 96 && size_t(s.batch) * s.outSize.volume() >= 16;
  }
  static Rows rows(const ConvCall& call) { return {call.x}; }

  static void packStart(const ConvFacts& facts, size_t firstColumn, size_t columns, uint8_t* to) {
    const size_t depth = filterElements(facts.shape), steps = divideUp(depth, Product::depth);
    const Workspace<int16_t> filter(steps * Product::depth);
    clear(filter.data() + depth, steps * Product::depth - depth);
    auto* const start = reinterpret_cast<int32_t*>(to);
    std::memset(start, 0, startBytes(columns));
    for (size_t column = 0; column < columns; ++column) {
      for (size_t k = 0; k < depth; ++k) filter.data()[k] = facts.weight(firstColumn + column, k);
      start[column] = Product::start(steps, filter.data());
    }
  }
};
#endif

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

/**
 * Where all activations fit the byte dot product of the instruction set, and all weights int8:
 * Σ (x − zx) w = Σ (x + shift) w − (zx + shift) Σ w.
 */
struct ByteOperands : ColumnStarts {
  using Product = ByteProduct;
  using Rows = ByteRows;
  static constexpr const char* ofRows = "byte rows";
  static bool takes(const ConvFacts& facts) {
    return facts.most - facts.least <= ByteDot::largest - ByteDot::least && facts.hasByteWeights();
  }

  /** A line of the cache: no load of a whole vector of panels shall cross two. */
  static constexpr size_t headerBytes = 64;
  static void packHeader(const ConvFacts& facts, uint8_t* to) {
    const int32_t shift = shiftOf(facts);
    to[0] = uint8_t(shift);
    to[1] = uint8_t(facts.xZeroPoint + shift);
  }
  static Rows rows(const ConvCall& call) { return {call.packed[0], call.packed[1]}; }

  static void packStart(const ConvFacts& facts, size_t firstColumn, size_t columns, uint8_t* to) {
    const int32_t zero = facts.xZeroPoint + shiftOf(facts);
    auto* const start = reinterpret_cast<int32_t*>(to);
    std::memset(start, 0, startBytes(columns));
    for (size_t column = 0; column < columns; ++column) {
      uint32_t sum = 0;
      for (size_t k = 0; k < filterElements(facts.shape); ++k) sum += uint32_t(facts.weight(firstColumn + column, k));
      start[column] = -int32_t(uint32_t(zero) * sum);
    }
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

/** The packed weights of `groups` groups: a header, then for each group what its sums begin with, and its panels. */
template <typename Operands>
struct PackedGroups {
  using Product = typename Operands::Product;
  using Weight = typename Product::Weight;
  /** Of each group; the depth with all that fills it up. */
  size_t groups, columns, depth;

  size_t groupBytes() const {
    return Operands::startBytes(columns) + dotElements<Product>(depth, columns) * sizeof(Weight);
  }
  size_t bytes() const { return Operands::headerBytes + groups * groupBytes(); }

  /** `weight(k, channel)` for every k below the depth and every output channel. */
  template <typename At>
  void pack(const ConvFacts& facts, const At& weight, uint8_t* to) const {
    Operands::packHeader(facts, to);
    to += Operands::headerBytes;
    for (size_t first = 0; first < groups * columns; first += columns, to += groupBytes()) {
      Operands::packStart(facts, first, columns, to);
      const auto at = [&](size_t k, size_t column) { return weight(k, first + column); };
      packDots<Product>(depth, columns, at, reinterpret_cast<Weight*>(to + Operands::startBytes(columns)));
    }
  }

  Panels<Product> panels(const uint8_t* packed, size_t group) const {
    const uint8_t* const from = packed + Operands::headerBytes + group * groupBytes();
    return {reinterpret_cast<const Weight*>(from + Operands::startBytes(columns)), Operands::start(from)};
  }
};

}  // namespace octavo::OCTAVO_ISA
