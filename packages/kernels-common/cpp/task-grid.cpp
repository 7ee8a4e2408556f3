#include "task-grid.h"

#include "blocking.h"

namespace octavo {
namespace {

/** Bytes of the left operand that a task works on: half of a small second-level cache, an eighth of a common one. */
constexpr size_t leftBlockBytes = size_t(64) << 10;
/** Rows that a task takes even if they are longer, up to so many bytes: fewer would wait for weights from beyond that cache. */
constexpr size_t enoughRows = 64, longRowsBytes = size_t(288) << 10;
/** Weights that fewer rows meet take as long to read as so many rows to multiply. */
constexpr size_t readingRows = 4;

/** The most tiles of rows that a task takes. */
size_t mostTiles(size_t rowBytes, size_t tileRows) {
  const size_t bytes = largest(rowBytes, 1), enough = smallest(enoughRows, longRowsBytes / bytes);
  return largest(1, smallest(maxRowBlock, largest(leftBlockBytes / bytes, enough)) / tileRows);
}

}  // namespace

TaskGrid::TaskGrid(size_t rowCount, size_t columnCount, size_t depth, size_t rowBytes, size_t rowsOfTile, size_t columnsOfPanel,
                   size_t threads)
    : rows(rowCount),
      columns(columnCount),
      tileRows(rowsOfTile),
      panelColumns(columnsOfPanel),
      tiles(divideUp(rows, tileRows)),
      panels(divideUp(columns, panelColumns)),
      rowBlocks(blocksOf(tiles, mostTiles(rowBytes, tileRows), panels, threads)),
      // Two tasks for each thread: the last ones end at about the same time.
      columnBlocks(threads > 1 ? smallest(panels, divideUp(2 * threads, rowBlocks)) : 1),
      tasks(rows == 0 ? 0 : rowBlocks * columnBlocks),
      rowBlock(divideUp(tiles, rowBlocks) * tileRows),
      columnBlock(divideUp(panels, columnBlocks) * panelColumns) {
  grain = grainOf(taskProducts, uint64_t(largest(smallest(rowBlock, rows), readingRows)) * columnBlock * depth);
}

TaskGrid::Block TaskGrid::block(size_t task) const {
  const size_t i = task / columnBlocks, j = task % columnBlocks;
  const size_t row = pieceStart(i, tiles, rowBlocks) * tileRows, column = pieceStart(j, panels, columnBlocks) * panelColumns;
  const size_t endRow = pieceStart(i + 1, tiles, rowBlocks) * tileRows;
  const size_t endColumn = pieceStart(j + 1, panels, columnBlocks) * panelColumns;
  return {row, column, smallest(rows, endRow) - row, smallest(columns, endColumn) - column};
}

}  // namespace octavo
