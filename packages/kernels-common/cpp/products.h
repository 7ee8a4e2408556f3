#pragma once
#include <type_traits>

#include "blocking.h"
#include "dot.h"
#include "tiles.h"

// What register tiles compute: operands of `depth` neighbours for each column, multiplied and added to sums. `Element`
// is the type of the left operand, `Weight` that of the right.
namespace octavo::OCTAVO_ISA {

struct FloatProduct {
  static constexpr TileSize tile = floatTile;
  static constexpr size_t depth = 1;
  using Element = float;
  using Weight = float;
  using Sum = Vector;
  static Vector load(const float* p) { return Vector::load(p); }
  static Vector broadcast(const float* p) { return Vector::broadcast(*p); }
  static Vector add(Vector a, Vector b, Vector sum) { return multiplyAdd(a, b, sum); }
};

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
  /** Neighbouring operands of a column that lie together. */
  static constexpr size_t run = depth;
  /** Elements behind those of each row, of which an int32 is made that its sums begin with. */
  static constexpr size_t startElements = 0;
};

/** int16 by int16. */
using IntProduct = IntegerProduct<Dot, int16_t, dotTile>;
/** int16 by int8, which loading widens: weights take half the memory. */
struct NarrowProduct : IntProduct {
  using Weight = int8_t;
  static Dot load(const int8_t* p) { return widen(p); }
};

#ifdef OCTAVO_CROSSED_DOT
/**
 * int16 by int16 with half the multiplications and more additions (S. Winograd, "A New Algorithm for Inner Product", 1968):
 * a₀b₀ + a₁b₁ = (a₀ + b₁)(a₁ + b₀) − a₀a₁ − b₀b₁. What is subtracted belongs to a row or to a column alone; sums begin with it.
 * It pays where fewer ports multiply than add. Sums of two operands must fit int16.
 */
struct CrossedProduct : IntProduct {
  static constexpr TileSize tile = crossedTile;
  static constexpr size_t run = Dot::depth, depth = 2 * run, startElements = sizeof(int32_t) / sizeof(int16_t);
  struct Pair {
    Dot first, second;
  };
  static Pair load(const int16_t* p) { return {Dot::load(p), Dot::load(p + Vector::width * run)}; }
  static Pair broadcast(const int16_t* p) { return {Dot::broadcast(p), Dot::broadcast(p + run)}; }
  static IntVector add(Pair a, Pair b, IntVector sum) { return dot(a.first + b.second, a.second + b.first, sum); }

  /** −Σ a₀a₁ of whole steps. */
  static int32_t start(size_t steps, const int16_t* a) {
    constexpr size_t whole = Vector::width * run;
    const size_t elements = steps * depth;
    size_t i = 0;
    // Every other one is a pair's; the rest is not read.
    IntVector sums = IntVector::broadcast(0);
    for (; i + whole + run <= elements; i += whole) sums = dot(Dot::load(a + i), Dot::load(a + i + run), sums);
    int32_t lanes[Vector::width];
    sums.store(lanes);
    uint32_t sum = 0;
    for (size_t lane = 0; lane < Vector::width; lane += 2) sum -= uint32_t(lanes[lane]);
    for (; i < elements; i += depth) {
      for (size_t j = i; j < i + run; ++j) sum -= uint32_t(a[j] * a[j + run]);
    }
    return int32_t(sum);
  }
};
#endif

#ifdef OCTAVO_BYTE_DOT
/** Bytes from `ByteDot::least` to `ByteDot::largest` by int8. */
using ByteProduct = IntegerProduct<ByteDot, uint8_t, byteTile>;
using SevenBitProduct = ByteProduct;
using EightBitProduct = std::conditional_t<ByteDot::largest - ByteDot::least >= 255, ByteProduct, IntProduct>;
#else
using SevenBitProduct = IntProduct;
using EightBitProduct = IntProduct;
#endif

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
