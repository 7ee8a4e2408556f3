#pragma once
#include "conv-gather.h"
#include "quantized-conv-method.h"
#include "threads.h"

// Products of centred activations with packed weights, by blocks of rows.
namespace octavo::OCTAVO_ISA {

/**
 * y[row] = requantize(gathered row · panels) for all positions of the batch. `data` of `x` and y point to the
 * group's first channel; pixels of y have `yChannels`.
 */
inline void dotRows(const Gather& gather, size_t batch, const Activations8& x, const uint8_t* source,
                    size_t columns, const int16_t* panels, const Requantizer& requantizer, uint8_t* y,
                    const Spatial& ySize, size_t yChannels) {
  const size_t rows = batch * gather.positions(), depth = gather.rowElements(),
               stride = roundUp(depth, Dot::depth);
  const bool identity = gather.isIdentity();
  const bool dense = identity && gather.channels == gather.pixelChannels && stride == depth;
  const TaskGrid grid(rows, columns, depth, stride * sizeof(int16_t), dotTile.rows, dotColumns);
  parallelFor(grid.tasks, grid.grain, [&](size_t begin, size_t end) {
    const Workspace<int16_t> centred(grid.rowBlock * stride);
    const Workspace<size_t> places(grid.rowBlock);
    // What fills up the last step of each row; no task writes there.
    if (stride > depth) clear(centred.data(), grid.rowBlock * stride);
    const auto copy = [&](const uint8_t* from, int16_t* to, size_t n) { x.centreRun(from, to, n); };
    for (size_t task = begin; task < end; ++task) {
      const auto block = grid.block(task);
      if (dense) {
        x.centreRun(source + block.row * depth, centred.data(), block.rows * depth);
      } else {
        gatherRows(gather, source, block.row, block.rows, centred.data(), stride, copy);
      }
      if (identity) {
        for (size_t i = 0; i < block.rows; ++i) places.data()[i] = (block.row + i) * yChannels;
      } else {
        GatherCursor cursor(gather, block.row);
        for (size_t i = 0; i < block.rows; ++i, cursor.next(gather)) {
          places.data()[i] = cursor.resultPixel(gather, ySize) * yChannels;
        }
      }
      dotBlock(block.rows, block.columns, depth, centred.data(), stride,
               panels + block.column / dotColumns * dotPanelElements(depth), requantizer.from(block.column),
               y + block.column, places.data());
    }
  });
}

/** Any convolution: int16 products of gathered rows, group by group. */
struct RowsMethod {
  static constexpr const char* name = "rows";
  static bool takes(const ConvFacts&) { return true; }

  static size_t groupElements(const ConvShape& shape) {
    return dotElements(filterElements(shape), size_t(shape.outChannels / shape.groups));
  }
  static size_t bytes(const ConvShape& shape) {
    return size_t(shape.groups) * groupElements(shape) * sizeof(int16_t);
  }

  static void pack(const ConvFacts& facts, uint8_t* packed) {
    const ConvShape& shape = facts.shape;
    const size_t columns = size_t(shape.outChannels / shape.groups);
    auto* to = reinterpret_cast<int16_t*>(packed);
    for (size_t group = 0; group < size_t(shape.groups); ++group, to += groupElements(shape)) {
      const auto at = [&](size_t k, size_t column) { return facts.weight(group * columns + column, k); };
      packDots(filterElements(shape), columns, at, to);
    }
  }

  static void run(const ConvCall& call) {
    const ConvShape& shape = call.shape;
    const Gather gather = forwardGather(shape);
    const size_t columns = size_t(shape.outChannels / shape.groups);
    const auto* panels = call.packedAs<int16_t>();
    for (size_t group = 0; group < size_t(shape.groups); ++group, panels += groupElements(shape)) {
      dotRows(gather, size_t(shape.batch), call.x, call.x.data + group * gather.channels, columns, panels,
              call.requantizer.from(group * columns), call.y + group * columns, shape.outSize,
              size_t(shape.outChannels));
    }
  }
};

}  // namespace octavo::OCTAVO_ISA
