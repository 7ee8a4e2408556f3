#pragma once
#include "quantized-winograd-filters.h"
#include "workspace.h"

// How the tiles of a Winograd convolution are cut into blocks, and ordered in them.
namespace octavo::OCTAVO_ISA {

/** How the tiles of a convolution are cut into blocks. */
template <typename Form>
struct WinogradPlan {
  /**
   * Bytes of a block's transformed data and of its products with one panel: most of the second-level cache, which is 1 MiB and
   * more in processors with vectors of 512 bits, often 512 KiB in others.
   */
  static constexpr size_t blockBytes = size_t(Vector::width >= 16 ? 704 : 336) << 10;
  static constexpr size_t points = Form::points * Form::points, filters = Form::filters * Form::filters;
  static constexpr size_t line = 64;

  size_t channels, images, tileRows, tileColumns, tiles, block, blocks, panels;
  /** Points of tiles in the last row and in the last column of an image. */
  TilePoints atEdges;
  /** Shorts between tiles and between points of the data: whole vectors, and points spread over the cache's sets. */
  size_t tileStride, dataStride;
  /** The same between points of the filters. */
  static constexpr size_t filterStride = WinogradFilters8::chunkSteps * Dot::depth * dotColumns + line / sizeof(int16_t);

  explicit WinogradPlan(const ConvShape& shape)
      : channels(size_t(shape.inChannels)),
        images(size_t(shape.batch) * size_t(shape.inSize.depth)),
        tileRows(divideUp(size_t(shape.outSize.height), Form::outputs)),
        tileColumns(divideUp(size_t(shape.outSize.width), Form::outputs)),
        tiles(images * tileRows * tileColumns),
        panels(divideUp(size_t(shape.outChannels), dotColumns)),
        atEdges{pointsFor<Form>(size_t(shape.outSize.height) - (tileRows - 1) * Form::outputs),
                pointsFor<Form>(size_t(shape.outSize.width) - (tileColumns - 1) * Form::outputs)},
        tileStride(roundUp(channels, ShortVector::width)) {
    const size_t tileBytes = points * (tileStride * sizeof(int16_t) + dotColumns * sizeof(int32_t));
    const size_t fitting = blockBytes < dotTile.rows * tileBytes ? dotTile.rows : blockBytes / tileBytes;
    block = tiles == 0 ? 1 : divideUp(tiles, divideUp(tiles, fitting));
    blocks = divideUp(tiles, block);
    dataStride = (divideUp(block * tileStride * sizeof(int16_t), line) | 1) * line / sizeof(int16_t);
  }

  /** Tiles of a block. */
  size_t count(size_t index) const { return smallest(block, tiles - index * block); }
  /** A product for each point of each tile. */
  size_t products() const {
    const auto along = [](size_t tiles, size_t last) { return (tiles - 1) * Form::points + last; };
    return images * along(tileRows, atEdges.rows) * along(tileColumns, atEdges.columns);
  }
};

/** Tiles of a block from one to another. */
struct TileRange {
  size_t begin, end;

  size_t size() const { return end - begin; }
  TileRange within(const TileRange& other) const {
    const size_t first = largest(begin, other.begin);
    return {first, largest(first, smallest(end, other.end))};
  }
};

/** A tile: its first output, and the points that it has. */
struct WinogradTile {
  size_t image;
  ptrdiff_t row, column;
  TilePoints used;
};

/**
 * Tiles of a block in an order in which those that have a point are neighbours: those that have fewer points across, whole ones,
 * those with fewer down, those with fewer both ways.
 */
template <typename Form>
class WinogradBlock {
 public:
  WinogradBlock(const WinogradPlan<Form>& plan, size_t block)
      : plan(plan), first(block * plan.block), count(plan.count(block)), order(count) {
    size_t places[kinds + 1] = {};
    eachTile([&](const WinogradTile& tile) { ++places[kindOf(tile) + 1]; });
    for (size_t kind = 0; kind < kinds; ++kind) ends[kind] = places[kind + 1] += places[kind];
    eachTile([&](const WinogradTile& tile) { order.data()[places[kindOf(tile)]++] = tile; });
  }

  size_t tiles() const { return count; }
  const WinogradTile& tile(size_t i) const { return order.data()[i]; }

  /** Tiles that have a point, by whether every tile has its row, and its column, or only those that are not at that edge. */
  TileRange having(bool everyRow, bool everyColumn) const {
    return {everyColumn ? 0 : ends[narrow], everyRow ? ends[everyColumn ? both : low] : ends[whole]};
  }

 private:
  enum Kind { narrow, whole, low, both, kinds };
  static Kind kindOf(const WinogradTile& tile) {
    const bool isLow = tile.used.rows < Form::points, isNarrow = tile.used.columns < Form::points;
    return isLow ? (isNarrow ? both : low) : isNarrow ? narrow : whole;
  }

  template <typename Body>
  void eachTile(const Body& body) const {
    const auto [rows, columns] = plan.atEdges;
    size_t column = first % plan.tileColumns, row = first / plan.tileColumns % plan.tileRows;
    size_t image = first / (plan.tileRows * plan.tileColumns);
    for (size_t i = 0; i < count; ++i) {
      const bool isLast = column + 1 == plan.tileColumns, isLow = row + 1 == plan.tileRows;
      body(WinogradTile{image, ptrdiff_t(row * Form::outputs), ptrdiff_t(column * Form::outputs),
                        {isLow ? rows : Form::points, isLast ? columns : Form::points}});
      column = isLast ? 0 : column + 1;
      if (isLast) row = isLow ? 0 : row + 1;
      if (isLast && isLow) ++image;
    }
  }

  const WinogradPlan<Form>& plan;
  size_t first, count, ends[kinds];
  const Workspace<WinogradTile> order;
};

/** A range in as few pieces of at most so many tiles as there can be, of about equal lengths: `longer` of them have one more. */
struct TilePieces {
  size_t begin, count, length, longer;

  TilePieces() = default;
  TilePieces(const TileRange& range, size_t most)
      : begin(range.begin), count(divideUp(range.size(), most)), length(count == 0 ? 0 : range.size() / count),
        longer(range.size() - length * count) {}
};

/** For each point, pieces of those of some tiles of a block that have it. */
template <typename Form>
class PointPieces {
 public:
  PointPieces(const WinogradPlan<Form>& plan, const WinogradBlock<Form>& block, const TileRange& some, size_t most)
      : atEdges(plan.atEdges) {
    for (const bool everyRow : {false, true}) {
      for (const bool everyColumn : {false, true}) {
        pieces[everyRow][everyColumn] = TilePieces(block.having(everyRow, everyColumn).within(some), most);
      }
    }
  }

  const TilePieces& operator()(size_t row, size_t column) const {
    return pieces[row < atEdges.rows][column < atEdges.columns];
  }
  /** Of all points. */
  size_t count() const {
    size_t count = 0;
    for (size_t row = 0; row < Form::points; ++row) {
      for (size_t column = 0; column < Form::points; ++column) count += (*this)(row, column).count;
    }
    return count;
  }

 private:
  TilePoints atEdges;
  TilePieces pieces[2][2];
};

}  // namespace octavo::OCTAVO_ISA
