#pragma once
#include <type_traits>

#include "blocking.h"
#include "dot.h"
#include "tiles.h"

// What register tiles compute: operands of `depth` neighbours for each column, multiplied and added to sums. `Element`
// is the type of the left operand, `Weight` that of the right.
namespace octavo::OCTAVO_ISA {

/** What sums begin with: an int32 for each row and column; a stride of 0 repeats a row. Zeros if it is null. */
struct SumStart {
  const int32_t* of;
  size_t stride;
  SumStart from(size_t column) const { return {of ? of + column : nullptr, stride}; }
  SumStart below(size_t rows) const { return {of ? of + rows * stride : nullptr, stride}; }
};

struct FloatProduct {
  static constexpr TileSize tile = floatTile;
  static constexpr size_t depth = 1;
  static constexpr bool paired = false;
  using Element = float;
  using Weight = float;
  using Sum = Vector;
  static Vector load(const float* p) { return Vector::load(p); }
  static Vector broadcast(const float* p) { return Vector::broadcast(*p); }
  static Vector add(Vector a, Vector b, Vector sum) { return multiplyAdd(a, b, sum); }
};

/** Most steps of an operand that one instruction takes: one, or as many as the operand says. */
template <typename Operand>
constexpr size_t stepsTogether = 1;
template <typename Operand>
  requires requires { Operand::together; }
constexpr size_t stepsTogether<Operand> = Operand::together;

/** Operands of an instruction set, whose elements are of type `T`, in tiles of such a size. */
template <typename Operand, typename T, TileSize size>
struct IntegerProduct {
  static constexpr TileSize tile = size;
  static constexpr size_t depth = Operand::depth;
  using Element = T;
  using Weight = T;
  using Sum = IntVector;
  static auto load(const T* p) { return Operand::load(p); }
  static auto broadcast(const T* p) { return Operand::broadcast(p); }
  template <typename V>
  static IntVector add(V a, V b, IntVector sum) { return dot(a, b, sum); }
  /** Whether steps come in pairs, in an order of each panel's own (quantized-conv-pairs.h). */
  static constexpr bool paired = false;
  /** Most steps that one instruction takes. */
  static constexpr size_t together = stepsTogether<Operand>;
};

/** int16 by int16. */
using IntProduct = IntegerProduct<Dot, int16_t, dotTile>;
/** int16 by int8, which loading widens: weights take half the memory. */
struct NarrowProduct : IntProduct {
  using Weight = int8_t;
  static Dot load(const int8_t* p) { return widen(p); }
};

#ifdef OCTAVO_BYTE_DOT
/** Bytes from `ByteDot::least` to `ByteDot::largest` by int8. */
using ByteProduct = IntegerProduct<ByteDot, uint8_t, byteTile>;
using EightBitProduct = std::conditional_t<ByteDot::largest - ByteDot::least >= 255, ByteProduct, IntProduct>;
#else
using SevenBitProduct = IntProduct;
using EightBitProduct = IntProduct;
#endif

#ifdef OCTAVO_PAIRED_DOT
/** The same, where the products of two steps at a time are added as int16 before they are widened. */
struct PairedProduct : ByteProduct {
  static constexpr bool paired = true;
  using ByteProduct::add;
  static IntVector add(ByteOperand a, ByteOperand b, ByteOperand a2, ByteOperand b2, IntVector sum) {
    return pairedDot(a, b, a2, b2, sum);
  }
};
using SevenBitProduct = PairedProduct;
#elif defined(OCTAVO_BYTE_DOT)
using SevenBitProduct = ByteProduct;
#endif

/** Of rows and panels, filled up with zeros: whole steps, and as many in each of the fewest instructions that take them. */
template <typename Product>
constexpr size_t filledDepth(size_t depth) {
  const size_t steps = divideUp(depth, Product::depth);
  if constexpr (Product::together == 1) return steps * Product::depth;
  else return roundUp(steps, divideUp(steps, Product::together)) * Product::depth;
}

/** One step of a register tile: sum += rows of one operand each, `rowStride` apart, times a row of them, one for each column. */
template <typename Product, size_t Rows, size_t Vectors>
[[gnu::always_inline]] inline void addProducts(const typename Product::Element* rows, size_t rowStride,
                                               const typename Product::Weight* columns,
                                               typename Product::Sum (&sum)[Rows][Vectors]) {
  decltype(Product::load(columns)) column[Vectors];
  OCTAVO_UNROLL
  for (size_t v = 0; v < Vectors; ++v) column[v] = Product::load(columns + v * Vector::width * Product::depth);
  OCTAVO_UNROLL
  for (size_t r = 0; r < Rows; ++r) {
    const auto value = Product::broadcast(rows + r * rowStride);
    OCTAVO_UNROLL
    for (size_t v = 0; v < Vectors; ++v) sum[r][v] = Product::add(value, column[v], sum[r][v]);
  }
}

/**
 * The same of two steps, whose products are added together. Weights are loaded where they are used: as operands of
 * instructions they take no registers.
 */
template <typename Product, size_t Rows, size_t Vectors>
[[gnu::always_inline]] inline void addPairs(const typename Product::Element* rows, const typename Product::Element* rows2,
                                            size_t rowStride, const typename Product::Weight* columns,
                                            const typename Product::Weight* columns2,
                                            typename Product::Sum (&sum)[Rows][Vectors]) {
  OCTAVO_UNROLL
  for (size_t r = 0; r < Rows; ++r) {
    const auto value = Product::broadcast(rows + r * rowStride), value2 = Product::broadcast(rows2 + r * rowStride);
    OCTAVO_ANEW(columns);
    OCTAVO_ANEW(columns2);
    OCTAVO_UNROLL
    for (size_t v = 0; v < Vectors; ++v) {
      const size_t at = v * Vector::width * Product::depth;
      sum[r][v] = Product::add(value, Product::load(columns + at), value2, Product::load(columns2 + at), sum[r][v]);
      OCTAVO_SETTLE(sum[r][v].v);
    }
  }
}

/** Columns of a panel of the right operand, those of a tile; the last panel has as few vectors as it needs. */
template <typename Product>
constexpr size_t columnsOf = Product::tile.vectors * Vector::width;
constexpr size_t dotColumns = columnsOf<IntProduct>;

constexpr size_t vectorsOf(size_t columns) { return divideUp(columns, Vector::width); }
/** Rows of a product's tiles with `columns` columns in all. */
template <typename Product>
constexpr size_t tileRowsOf(size_t columns) {
  return Product::tile.rowsOf(smallest(vectorsOf(columns), Product::tile.vectors));
}

}  // namespace octavo::OCTAVO_ISA
