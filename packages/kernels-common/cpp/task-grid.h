#pragma once
#include <cstddef>

namespace octavo {

/**
 * A grid of tasks over a result of rows × columns: rows first; columns too where there would be too few tasks for the
 * threads, since each block of columns copies its rows again. Blocks consist of whole tiles and panels, but for the last ones.
 */
class TaskGrid {
  size_t rows, columns, tileRows, panelColumns, tiles, panels, rowBlocks, columnBlocks;

 public:
  TaskGrid(size_t rowCount, size_t columnCount, size_t depth, size_t rowBytes, size_t rowsOfTile, size_t columnsOfPanel,
           size_t threads);

  /** Tasks, and how many of them are worth a piece of work. */
  size_t tasks, grain;
  /** Rows and columns of the largest block. */
  size_t rowBlock, columnBlock;

  struct Block {
    size_t row, column, rows, columns;
  };
  Block block(size_t task) const;
};

}  // namespace octavo
