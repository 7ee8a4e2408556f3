#pragma once
#include "quantized-conv-matrices.h"
#include "quantized-conv-operands.h"
#include "task-grid.h"
#include "threads.h"

// Products of activations with packed weights, by blocks of rows.
namespace octavo::OCTAVO_ISA {

/** The copies of a task's rows, `stride` apart. */
template <typename Element>
struct RowBlock {
  TaskGrid::Block block;
  Element* rows;
  size_t stride, depth;
};

/**
 * Calls `multiply(column, count, panels)` for pieces of a block's columns; here for all of them at once, whose sums begin with the
 * same in each row.
 */
template <typename Rows, typename Element, typename Product, typename Multiply>
void eachPiece(const Rows&, const RowBlock<Element>& of, size_t, const Panels<Product>& panels, const Multiply& multiply) {
  multiply(of.block.column, of.block.columns, panels.from(of.block.column, of.depth));
}

/**
 * y[row] = requantize(gathered row · panels) for all positions of the batch. `source` and y point to the group's
 * first channel; pixels of y have `pixelBytes`. `Rows` is like `CentredRows`.
 */
template <typename Rows, typename Product>
void dotRows(const Gather& gather, size_t batch, const Rows& x, const uint8_t* source, size_t columns,
             const Panels<Product>& panels, const Requantizer& requantizer, uint8_t* y, const Spatial& ySize,
             size_t pixelBytes) {
  using Element = typename Rows::Element;
  const size_t rows = batch * gather.positions(), depth = gather.rowElements(),
               stride = filledDepth<Product>(depth);
  const bool identity = gather.isIdentity();
  const Element* const inPlace = identity && stride == depth ? x.asIs(source) : nullptr;
  const bool dense = identity && gather.channels == gather.pixelChannels && stride == depth;
  const size_t rowStride = inPlace ? gather.pixelChannels : stride;
  const TaskGrid grid(rows, columns, depth, stride * sizeof(Element), tileRowsOf<Product>(columns), columnsOf<Product>,
                      sharers());
  parallelForEvenly(grid.tasks, grid.grain, [&](size_t begin, size_t end) {
    const Workspace<Element> copies(inPlace ? 0 : grid.rowBlock * stride);
    const Workspace<size_t> places(grid.rowBlock);
    // What fills up the last steps of each row; no task writes there.
    if (stride > depth) clear(copies.data(), grid.rowBlock * stride);
    const auto copy = [&](const uint8_t* from, Element* to, size_t n) { x.copy(from, to, n); };
    for (size_t task = begin; task < end; ++task) {
      const auto block = grid.block(task);
      if (dense && !inPlace) {
        x.copy(source + block.row * depth, copies.data(), block.rows * depth);
      } else if (!inPlace) {
        gatherRows(gather, source, block.row, block.rows, copies.data(), stride, copy, x.outside);
      }
      if (identity) {
        for (size_t i = 0; i < block.rows; ++i) places.data()[i] = (block.row + i) * pixelBytes;
      } else {
        GatherCursor cursor(gather, block.row);
        for (size_t i = 0; i < block.rows; ++i, cursor.next(gather)) {
          places.data()[i] = cursor.resultPixel(gather, ySize) * pixelBytes;
        }
      }
      const LeftRows<Element> a = {inPlace ? inPlace + block.row * rowStride : copies.data(), rowStride, 1, 0};
      const auto multiply = [&](size_t column, size_t count, const Panels<Product>& piece) {
        dotBlock<Product>(block.rows, count, depth, a, piece, requantizer.from(column), y + column * requantizer.bytes, places.data());
      };
      eachPiece(x, RowBlock<Element>{block, copies.data(), stride, depth}, columns, panels, multiply);
    }
  });
}

/** Any convolution that its operands take: products of gathered rows, group by group. */
template <typename Operands>
struct RowsMethod {
  static constexpr const char* name = Operands::ofRows;
  static bool takes(const ConvFacts& facts) { return Operands::takes(facts); }

  static PackedGroups<Operands> groups(const ConvShape& shape) {
    return {size_t(shape.groups), size_t(shape.outChannels / shape.groups), filterElements(shape)};
  }
  static size_t bytes(const ConvShape& shape) { return groups(shape).bytes(); }
  static void pack(const ConvFacts& facts, uint8_t* packed) {
    const PackedGroups<Operands> weights = groups(facts.shape);
    weights.pack(facts, Runs::one(weights.depth), [&](size_t k, size_t channel) { return facts.weight(channel, k); }, packed);
  }

  static void run(const ConvCall& call) {
    const ConvShape& shape = call.shape;
    const Gather gather = forwardGather(shape);
    const PackedGroups<Operands> weights = groups(shape);
    const size_t rows = size_t(shape.batch) * gather.positions(), bytes = call.requantizer.bytes;
    const auto multiply = [&](size_t begin, size_t end) {
      for (size_t group = begin; group < end; ++group) {
        const size_t first = group * weights.columns;
        dotRows(gather, size_t(shape.batch), Operands::rows(call), call.x.data + group * gather.channels, weights.columns,
                weights.panels(call.packed, group), call.requantizer.from(first), call.y + first * bytes, shape.outSize,
                size_t(shape.outChannels) * bytes);
      }
    };
    // Few groups are divided by their rows and columns.
    const uint64_t ofGroup = uint64_t(rows) * weights.depth * roundUp(weights.columns, Vector::width);
    const size_t grain = weights.groups < 4 ? weights.groups : grainOf(taskProducts, ofGroup);
    parallelFor(weights.groups, grain, multiply);
  }
};

}  // namespace octavo::OCTAVO_ISA
