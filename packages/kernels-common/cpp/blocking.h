#pragma once
#include <cstddef>

// How products and convolutions are cut into pieces. What belongs to one sum is cut by shape alone, so that results do
// not depend on threads.
namespace octavo {

constexpr size_t divideUp(size_t a, size_t b) { return (a + b - 1) / b; }
constexpr size_t roundUp(size_t a, size_t b) { return divideUp(a, b) * b; }
constexpr size_t smallest(size_t a, size_t b) { return a < b ? a : b; }

/** The size of equal blocks of at most `most`: of one block, or of as many for each of the threads. */
constexpr size_t evenBlock(size_t count, size_t most, size_t threads) {
  return count <= most ? most : divideUp(count, roundUp(divideUp(count, most), threads));
}

/** Bytes of the left operand that a task works on: half of a small second-level cache, an eighth of a common one. */
constexpr size_t leftBlockBytes = size_t(64) << 10;
/** Rows that a task takes even if they are longer, up to so many bytes: fewer would wait for weights from beyond that cache. */
constexpr size_t enoughRows = 64, longRowsBytes = size_t(288) << 10;
/** More rows than that at a time, and their results leave the nearest cache before its lines are complete. */
constexpr size_t maxRowBlock = 96;
/** Multiplications that are worth a task of their own: some 20 µs. */
constexpr size_t taskProducts = size_t(1) << 20;
/** The same for depthwise loops, which are bound by loads. */
constexpr size_t depthwiseTaskProducts = size_t(1) << 18;

/** Rows that a task takes at once: whole tiles. */
constexpr size_t rowBlockOf(size_t rowBytes, size_t tileRows) {
  const size_t bytes = rowBytes < 1 ? 1 : rowBytes;
  const size_t fitting = leftBlockBytes / bytes, enough = smallest(enoughRows, longRowsBytes / bytes);
  const size_t rows = smallest(maxRowBlock, fitting > enough ? fitting : enough);
  return rows < tileRows ? tileRows : rows / tileRows * tileRows;
}

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

/**
 * A grid of tasks over a result of rows × columns: rows first; columns too where there would be too few tasks for the
 * threads, since each block of columns copies its rows again.
 */
struct TaskGrid {
  size_t rows, columns, rowBlock, columnBlock, columnBlocks, tasks, grain;

  TaskGrid(size_t rowCount, size_t columnCount, size_t depth, size_t rowBytes, size_t tileRows, size_t panelColumns,
           size_t threads)
      : rows(rowCount),
        columns(columnCount),
        rowBlock(roundUp(evenBlock(rowCount, rowBlockOf(rowBytes, tileRows), threads), tileRows)) {
    const size_t rowBlocks = divideUp(rows, rowBlock), panels = divideUp(columns, panelColumns);
    // Two for each: the last ones end at about the same time.
    const size_t enough = threads > 1 ? 2 * threads : 1;
    columnBlock = (rowBlocks >= enough ? panels : divideUp(panels, enough)) * panelColumns;
    columnBlocks = divideUp(columns, columnBlock);
    tasks = rowBlocks * columnBlocks;
    grain = 1 + taskProducts / (1 + smallest(rowBlock, rows) * columnBlock * depth);
  }
  struct Block {
    size_t row, column, rows, columns;
  };
  Block block(size_t task) const {
    const size_t i = task / columnBlocks * rowBlock, j = task % columnBlocks * columnBlock;
    return {i, j, smallest(rowBlock, rows - i), smallest(columnBlock, columns - j)};
  }
};

}  // namespace octavo
