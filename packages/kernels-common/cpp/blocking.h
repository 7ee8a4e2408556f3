#pragma once
#include <cstddef>
#include <cstdint>

// How products and convolutions are cut into pieces. What belongs to one sum is cut by shape alone, so that results do
// not depend on threads.
namespace octavo {

constexpr size_t divideUp(size_t a, size_t b) { return (a + b - 1) / b; }
constexpr size_t roundUp(size_t a, size_t b) { return divideUp(a, b) * b; }
constexpr size_t smallest(size_t a, size_t b) { return a < b ? a : b; }
constexpr size_t largest(size_t a, size_t b) { return a > b ? a : b; }

/** Into how many pieces of at most `most` something is cut: one, or as many for each of the threads. */
constexpr size_t evenPieces(size_t count, size_t most, size_t threads) {
  return count <= most ? 1 : smallest(count, roundUp(divideUp(count, most), threads));
}
/**
 * Into how many blocks of at most `most` tiles rows are cut, each of which is a task with every one of `others`: where these are few
 * and not as many for each thread, rows are cut for the threads.
 */
constexpr size_t blocksOf(size_t tiles, size_t most, size_t others, size_t threads) {
  const size_t blocks = evenPieces(tiles, most, threads);
  const bool uneven = others % threads > 0 && others < 4 * threads;
  return uneven ? largest(blocks, smallest(tiles, threads)) : blocks;
}
/** Where one of so many pieces begins, all of which are as long or one shorter. */
constexpr size_t pieceStart(size_t piece, size_t count, size_t pieces) { return size_t(uint64_t(count) * piece / pieces); }

/** More rows than that at a time, and their results leave the nearest cache before its lines are complete. */
constexpr size_t maxRowBlock = 96;
/** Multiplications that are worth a task of their own: some 20 µs. */
constexpr size_t taskProducts = size_t(1) << 20;
/** The same for depthwise loops, which are bound by loads. */
constexpr size_t depthwiseTaskProducts = size_t(1) << 17;
/** Weights that are packed in one task. */
constexpr size_t packedInTask = size_t(1) << 16;

/**
 * How many tasks make up work that is worth a piece of its own. `each`, in multiplications, has 64 bits: what a shape's sizes
 * give together may exceed a size of WebAssembly.
 */
constexpr size_t grainOf(size_t worth, uint64_t each) { return size_t(1 + worth / (1 + each)); }

/**
 * Covers `rows` with tiles of at most `whole` rows: `run(height, count, first)` takes `count` tiles of one height from row
 * `first` on. A short one at the end would cost nearly as much as a whole one, so the last two share what is left.
 */
template <typename Run>
inline void coverWithTiles(size_t rows, size_t whole, const Run& run) {
  const bool shares = rows > whole && rows % whole > 0;
  const size_t tiles = rows / whole - (shares ? 1 : 0), done = tiles * whole, left = rows - done;
  const size_t upper = shares ? divideUp(left, 2) : left;
  if (tiles > 0) run(whole, tiles, 0);
  if (upper > 0) run(upper, 1, done);
  if (left > upper) run(left - upper, 1, done + upper);
}

}  // namespace octavo
