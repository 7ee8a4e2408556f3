#pragma once
// Tile registers and what multiplies them, as Intel's Software Developer's Manual, volume 2, describes each instruction. Where a
// processor raises an exception, the process ends.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace imitated {

struct Tiles {
  static constexpr size_t count = 8, maxRows = 16, maxBytes = 64;
  bool configured = false;
  size_t rows[count] = {}, bytes[count] = {};
  uint8_t of[count][maxRows][maxBytes] = {};
};
inline thread_local Tiles tiles;

inline void expect(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "AMX: expected %s\n", what);
  std::abort();
}

/** A tile that instructions may use. */
inline uint8_t (&tile(size_t i))[Tiles::maxRows][Tiles::maxBytes] {
  expect(tiles.configured, "a configuration");
  expect(i < Tiles::count && tiles.rows[i] > 0 && tiles.bytes[i] > 0, "a tile with a shape");
  return tiles.of[i];
}

inline void releaseTiles() { tiles = {}; }

inline void loadConfiguration(const void* from) {
  uint8_t config[64];
  std::memcpy(config, from, sizeof(config));
  // No rule of the processor's: whoever takes tiles gives them back.
  expect(!tiles.configured, "tiles that nobody has");
  expect(config[0] == 1 && config[1] == 0, "palette 1 from row 0 on");
  for (size_t i = 2; i < 16; ++i) expect(config[i] == 0, "zeros where bytes are reserved");
  tiles = {};
  for (size_t i = 0; i < 16; ++i) {
    const size_t bytes = config[16 + 2 * i] | config[17 + 2 * i] << 8, rows = config[48 + i];
    expect(bytes <= Tiles::maxBytes && rows <= Tiles::maxRows && (bytes > 0) == (rows > 0), "shapes of palette 1");
    expect(i < Tiles::count || rows == 0, "eight tiles");
    if (i < Tiles::count) tiles.rows[i] = rows, tiles.bytes[i] = bytes;
  }
  tiles.configured = true;
}

inline void loadTile(size_t i, const void* from, ptrdiff_t stride) {
  auto& to = tile(i);
  std::memset(to, 0, sizeof(to));
  for (size_t r = 0; r < tiles.rows[i]; ++r) {
    std::memcpy(to[r], static_cast<const char*>(from) + ptrdiff_t(r) * stride, tiles.bytes[i]);
  }
}

inline void storeTile(size_t i, void* to, ptrdiff_t stride) {
  auto& from = tile(i);
  for (size_t r = 0; r < tiles.rows[i]; ++r) {
    std::memcpy(static_cast<char*>(to) + ptrdiff_t(r) * stride, from[r], tiles.bytes[i]);
  }
}

/** sum += a · b: unsigned bytes of a row with signed ones of a column, four at a time; sums wrap. */
inline void multiplyTiles(size_t sum, size_t a, size_t b) {
  auto &sums = tile(sum), &left = tile(a), &right = tile(b);
  expect(sum != a && sum != b && a != b, "three tiles");
  expect(tiles.bytes[sum] % 4 == 0 && tiles.bytes[a] % 4 == 0 && tiles.bytes[b] % 4 == 0, "rows of whole int32");
  expect(tiles.rows[sum] == tiles.rows[a] && tiles.bytes[sum] == tiles.bytes[b] && tiles.bytes[a] / 4 == tiles.rows[b],
         "shapes that fit");
  for (size_t m = 0; m < tiles.rows[sum]; ++m) {
    for (size_t n = 0; n < tiles.bytes[sum]; n += 4) {
      uint32_t total;
      std::memcpy(&total, sums[m] + n, sizeof(total));
      for (size_t k = 0; k < tiles.bytes[a]; ++k) total += uint32_t(left[m][k] * int8_t(right[k / 4][n + k % 4]));
      std::memcpy(sums[m] + n, &total, sizeof(total));
    }
  }
}

}  // namespace imitated

#undef _tile_loadd
#undef _tile_stored
#undef _tile_dpbusd
#define _tile_loadconfig(from) imitated::loadConfiguration(from)
#define _tile_release() imitated::releaseTiles()
#define _tile_loadd(tile, from, stride) imitated::loadTile(tile, from, stride)
#define _tile_stored(tile, to, stride) imitated::storeTile(tile, to, stride)
#define _tile_dpbusd(sum, a, b) imitated::multiplyTiles(sum, a, b)
