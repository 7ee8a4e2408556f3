#pragma once
#include <cstddef>

// Sizes of the register tiles. A tile of rows × vectors keeps rows · vectors sums, one vector of the right operand
// per column and one broadcast in registers: 16 of them on x86, 32 on ARM; WebAssembly engines have what their
// machine has.
namespace octavo {

struct TileSize {
  size_t rows, vectors;
};

#define TILES(isa, floatRows, floatVectors, dotRows, dotVectors, byteRows, byteVectors) \
  namespace isa {                                                                       \
  constexpr TileSize floatTile = {floatRows, floatVectors};                             \
  constexpr TileSize dotTile = {dotRows, dotVectors};                                   \
  constexpr TileSize byteTile = {byteRows, byteVectors};                                \
  }

//    set         float32  int16    byte dot product, if it has one
TILES(avx512vnni, 12, 2,   12, 2,   12, 2)
TILES(avxvnni,    6, 2,    6, 2,    6, 2)
TILES(avx512,     12, 2,   12, 2,   12, 2)
TILES(avx2,       6, 2,    6, 2,    4, 2)
TILES(i8mm,       5, 4,    5, 4,    5, 4)
TILES(dotprod,    5, 4,    5, 4,    5, 4)
TILES(neon,       5, 4,    5, 4,    0, 0)
TILES(relaxed,    6, 2,    5, 2,    4, 2)
TILES(pairs,      6, 2,    5, 2,    5, 2)
TILES(simd128,    6, 2,    5, 2,    0, 0)
TILES(scalar,     2, 4,    2, 4,    2, 4)
#undef TILES

}  // namespace octavo
