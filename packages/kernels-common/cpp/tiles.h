#pragma once
#include <cstddef>

// Sizes of the register tiles. A tile of rows × vectors keeps rows · vectors sums, one vector of the right operand
// per column and one broadcast in registers: 16 of them on x86, 32 with AVX-512 and on ARM; WebAssembly engines have what
// their machine has. Each step loads rows + vectors operands: the closer these are, the fewer for as many products.
namespace octavo {

struct TileSize {
  size_t rows, vectors;
  /** Most rows of a tile with fewer vectors. */
  size_t tallest;

  /** Of a tile with so many vectors: as many sums as a whole tile, or as many as the most rows give. */
  constexpr size_t rowsOf(size_t count) const {
    const size_t fitting = rows * vectors / count;
    return fitting < tallest ? fitting : tallest;
  }
};

constexpr TileSize tileSize(size_t rows, size_t vectors, size_t tallest) {
  return {rows, vectors, tallest > rows ? tallest : rows};
}

#define TILES(isa, floatRows, floatVectors, dotRows, dotVectors, byteRows, byteVectors, tallest) \
  namespace isa {                                                                                \
  constexpr TileSize floatTile = tileSize(floatRows, floatVectors, tallest);                     \
  constexpr TileSize dotTile = tileSize(dotRows, dotVectors, tallest);                           \
  constexpr TileSize byteTile = tileSize(byteRows, byteVectors, tallest);                        \
  }

//    set         float32  int16    byte dot  most rows of narrow tiles, where
//                                  product   more than of whole ones; AMX
//                                            has 2 × 2 matrices of 16 × 16
TILES(amx,        6, 4,    6, 4,   32, 4,     12)
TILES(avx512vnni, 6, 4,    6, 4,    6, 4,     12)
TILES(avxvnni,    6, 2,    6, 2,    6, 2,     0)
TILES(avx512,     6, 4,    6, 4,    6, 4,     12)
TILES(avx2,       6, 2,    6, 2,    5, 2,     0)
TILES(i8mm,       5, 4,    5, 4,    5, 4,     0)
TILES(dotprod,    5, 4,    5, 4,    5, 4,     0)
TILES(neon,       5, 4,    5, 4,    0, 0,     0)
TILES(relaxed,    6, 2,    5, 2,    4, 2,     0)
TILES(pairs,      6, 2,    5, 2,    4, 2,     0)
TILES(simd128,    6, 2,    5, 2,    0, 0,     0)
TILES(scalar,     2, 4,    2, 4,    2, 4,     0)
#undef TILES

}  // namespace octavo
