#pragma once
#include <type_traits>

#include "dot.h"
#include "tiles.h"

// What register tiles compute: operands of `depth` neighbours for each column, multiplied and added to sums.
namespace octavo::OCTAVO_ISA {

struct FloatProduct {
  static constexpr TileSize tile = floatTile;
  static constexpr size_t depth = 1;
  using Element = float;
  using Sum = Vector;
  static Vector load(const float* p) { return Vector::load(p); }
  static Vector broadcast(const float* p) { return Vector::broadcast(*p); }
  static Vector add(Vector a, Vector b, Vector sum) { return multiplyAdd(a, b, sum); }
};

/** int16 by int16. */
struct IntProduct {
  static constexpr TileSize tile = dotTile;
  static constexpr size_t depth = Dot::depth;
  using Element = int16_t;
  using Sum = IntVector;
  static Dot load(const int16_t* p) { return Dot::load(p); }
  static Dot broadcast(const int16_t* p) { return Dot::broadcast(p); }
  static IntVector add(Dot a, Dot b, IntVector sum) { return dot(a, b, sum); }
};

#ifdef OCTAVO_BYTE_DOT
/** Bytes from `ByteDot::least` to `ByteDot::largest` by int8. */
struct ByteProduct {
  static constexpr TileSize tile = byteTile;
  static constexpr size_t depth = ByteDot::depth;
  using Element = uint8_t;
  using Sum = IntVector;
  static ByteDot load(const uint8_t* p) { return ByteDot::load(p); }
  static ByteDot broadcast(const uint8_t* p) { return ByteDot::broadcast(p); }
  static IntVector add(ByteDot a, ByteDot b, IntVector sum) { return dot(a, b, sum); }
};
using SevenBitProduct = ByteProduct;
using EightBitProduct = std::conditional_t<ByteDot::largest - ByteDot::least >= 255, ByteProduct, IntProduct>;
#else
using SevenBitProduct = IntProduct;
using EightBitProduct = IntProduct;
#endif

/** Columns of a panel of the right operand: those of a tile. */
template <typename Product>
constexpr size_t columnsOf = Product::tile.vectors * Vector::width;
constexpr size_t dotColumns = columnsOf<IntProduct>;

}  // namespace octavo::OCTAVO_ISA
