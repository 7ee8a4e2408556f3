#pragma once
#include "quantized-conv-operands.h"
#include "quantized-conv-rows.h"
#include "quantized-conv-window.h"

#ifdef OCTAVO_PAIRED_DOT
namespace octavo::OCTAVO_ISA {

/** What the weights of a group begin with: an int32 for each column, then the weights by depth. */
struct WindowLayout {
  DepthTable table;

  WindowLayout(size_t depth, size_t columns) : table{depth, columns} {}
  size_t bytes() const { return tableOffset() + roundUp(table.bytes(), 64); }
  /** Bytes before the weights by depth. */
  size_t tableOffset() const { return MovedWeights::columnStartBytes(table.columns); }
};

/** Rows whose activations mostly lie in a window of seven bits. */
struct WindowRows : ByteRows {
  /** Of 256 values, those below the window. */
  uint8_t below;
  static const uint8_t* asIs(const uint8_t*) { return nullptr; }
};

/** Pieces of a block of the table each; the rows keep remainders. */
template <typename Multiply>
void eachPiece(const WindowRows& x, const RowBlock<uint8_t>& of, size_t columns, const Panels<PairedProduct>& panels,
               const Multiply& multiply) {
  constexpr decltype(&writeStarts<1>) writeOf[] = {&writeStarts<1>, &writeStarts<2>, &writeStarts<3>, &writeStarts<4>};
  const TaskGrid::Block& block = of.block;
  const WindowLayout layout(of.depth, columns);
  const DepthTable& table = layout.table;
  const auto* const weights = reinterpret_cast<const int8_t*>(panels.start.of) + layout.tableOffset();
  const Outliers outliers(of.rows, of.stride, block.rows, of.depth, x.below);
  const Workspace<int32_t> starts(block.rows * DepthTable::blockColumns);
  size_t count = 0;
  for (size_t column = block.column; column < block.column + block.columns; column += count) {
    count = smallest(block.column + block.columns - column, DepthTable::blockColumns - column % DepthTable::blockColumns);
    // Whole vectors of columns, some of them before the piece's.
    const size_t before = column % DepthTable::columnStep, first = column - before;
    const size_t stride = roundUp(before + count, DepthTable::columnStep);
    const auto write = writeOf[stride / DepthTable::columnStep - 1];
    const bool isLast = column + count == block.column + block.columns || table.blockWidth(first + stride) < DepthTable::blockColumns;
    const size_t following = isLast ? 0 : table.offset(first + stride) - table.offset(first);
    for (size_t r = 0; r < block.rows; ++r) {
      write(outliers.above(r), outliers.below(r), weights + table.offset(first), table.blockWidth(first), panels.start.of + first,
            starts.data() + r * stride, following);
    }
    multiply(column, count, Panels<PairedProduct>{panels.from(column, of.depth).elements, {starts.data() + before, stride}});
  }
}

/** Activations of all eight bits by products of seven, and int8 weights. */
struct WindowOperands : MovedWeights {
  using Product = PairedProduct;
  using Rows = WindowRows;
  static constexpr const char* ofRows = "windowed rows";
  /** As `ByteDot::cost`, of ResNets' layers with few outliers on AVX2. */
  static constexpr double cost = 0.93;
  /** Where finding outliers costs little beside the products of a row, and starts little beside those of a column (decision 23). */
  static bool takes(const ConvFacts& facts) {
    const ConvShape& s = facts.shape;
    const size_t depth = filterElements(s), columns = size_t(s.outChannels / s.groups);
    const size_t rows = size_t(s.batch) * s.outSize.volume();
    const bool isWorth = depth >= 96 && columns >= 32 && depth * columns >= 6144 && rows >= ByteDot::windowRows;
    return isWorth && depth <= ElementList::largest && facts.hasByteWeights();
  }

  static void packHeader(const ConvFacts& facts, uint8_t* to) {
    const int32_t lowest = facts.xZeroPoint + facts.least, below = belowWindow(facts);
    packMove(facts, -(lowest + below), to);
    to[2] = uint8_t(below);
  }
  static Rows rows(const ConvCall& call) { return {{call.packed[0], call.packed[1]}, call.packed[2]}; }

  static size_t startBytes(size_t depth, size_t columns) { return WindowLayout(depth, columns).bytes(); }
  static void packStart(const ConvFacts& facts, size_t depth, size_t firstColumn, size_t columns, const uint8_t* panels,
                        uint8_t* to) {
    const WindowLayout layout(depth, columns);
    packColumnStarts(facts, -facts.least - belowWindow(facts), firstColumn, columns, to);
    layout.table.pack(panels, reinterpret_cast<int8_t*>(to + layout.tableOffset()));
  }

 private:
  /** Of the values that activations can have. What is near the zero point is the most common: it is in the window's middle, if it can. */
  static int32_t belowWindow(const ConvFacts& facts) {
    constexpr int32_t window = 128;
    const int32_t wanted = -facts.least - window / 2, most = facts.most - facts.least - (window - 1);
    return wanted < 0 ? 0 : wanted > most ? most : wanted;
  }
};

}  // namespace octavo::OCTAVO_ISA
#endif
