#pragma once
#include "conv-gather.h"
#include "quantized-conv-tile.h"
#include "threads.h"

// Products of centred activations with packed weights, by blocks of rows.
namespace octavo::OCTAVO_ISA {

/** 8-bit activations and what makes them int16 values around zero. */
struct Activations8 {
  const uint8_t* data;
  uint8_t flip;
  int16_t zero;

  /** Signed bytes are read as unsigned ones, 128 higher. */
  Activations8(const Input8& array, int32_t zeroPoint)
      : data(static_cast<const uint8_t*>(array.data)),
        flip(array.kind == ElementKind::int8 ? 0x80 : 0),
        zero(int16_t(zeroPoint + flip)) {}

  void centreRun(const uint8_t* from, int16_t* to, size_t n) const {
    if (n >= centreWidth) return centreWith<centreWidth>(centre, from, to, n);
    if (n >= centreLeast) return centreWith<centreLeast>(centreFew, from, to, n);
    for (size_t i = 0; i < n; ++i) to[i] = int16_t((from[i] ^ flip) - zero);
  }

  /** Rows for `DepthwiseDot`; null ones lie outside. Writes whole blocks of channels. */
  void arrangeRun(const uint8_t* const* rows, int16_t* to, size_t n) const {
    constexpr size_t together = DepthwiseDot::taps, block = DepthwiseDot::channels;
    // What is not a local variable would be read again after every write.
    const uint8_t flipped = flip;
    const int16_t zeroPoint = zero;
    const uint8_t* at[together];
    for (size_t i = 0; i < together; ++i) at[i] = rows[i];
    for (; n >= block; n -= block, to += together * block) {
      DepthwiseDot::arrange(at, flipped, zeroPoint, to);
      for (const uint8_t*& row : at) row = row ? row + block : nullptr;
    }
    if (n == 0) return;
    uint8_t rest[together][block] = {};
    for (size_t i = 0; i < together; ++i) {
      if (at[i]) at[i] = static_cast<uint8_t*>(std::memcpy(rest[i], at[i], n));
    }
    DepthwiseDot::arrange(at, flipped, zeroPoint, to);
  }

 private:
  template <size_t Width, typename Some>
  void centreWith(const Some& some, const uint8_t* from, int16_t* to, size_t n) const {
    const uint8_t flipped = flip;
    const int16_t zeroPoint = zero;
    for (size_t i = 0; i + Width <= n; i += Width) some(from + i, flipped, zeroPoint, to + i);
    // The rest, together with some of what is done.
    if (n % Width != 0) some(from + n - Width, flipped, zeroPoint, to + n - Width);
  }
};

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

}  // namespace octavo::OCTAVO_ISA
