#pragma once
#include "quantized-conv-tile.h"

#ifdef OCTAVO_MATRIX_DOT

// Blocks of products where one instruction multiplies matrices (dots-amx.h): rows and columns are taken by pairs of them.
namespace octavo::OCTAVO_ISA {

/** The rows of a pair of matrices. They are whole: the last ones of a block begin earlier, among rows that others have had. */
struct PairRows {
  size_t height, upper, lower, end;

  PairRows(size_t first, size_t rows)
      : height(smallest(rows, MatrixDot::rows)),
        upper(smallest(first, rows - height)),
        lower(smallest(first + MatrixDot::rows, rows - height)),
        end(smallest(first + 2 * MatrixDot::rows, rows)) {}

  /** Where the sums of a row lie. */
  size_t place(size_t row) const { return row < upper + height ? row - upper : MatrixDot::rows + row - lower; }
};

/** Requantizes rows from `row` to the end, `count` channels of each; `at(row)` is where a row of the result begins. */
template <typename At>
inline void storeMatrices(const Requantizer& requantizer, const MatrixDot::Sums& sums, const PairRows& rows, size_t row,
                          size_t count, const At& at) {
  constexpr size_t together = 4;
  for (; row < rows.end; row += together) {
    // What is missing at the end is done twice.
    const auto rowOf = [=](size_t r) { return smallest(row + r, rows.end - 1); };
    IntVector some[together][2];
    OCTAVO_UNROLL
    for (size_t r = 0; r < together; ++r) {
      const int32_t* const from = sums[rows.place(rowOf(r))];
      some[r][0] = IntVector::load(from);
      some[r][1] = IntVector::load(from + Vector::width);
    }
    storeRows(requantizer, some, count, [=](size_t r) { return at(rowOf(r)); });
  }
}

template <>
inline void dotBlock<ByteProduct>(size_t rows, size_t columns, size_t depth, const LeftRows<uint8_t>& a,
                                  const Panels<ByteProduct>& panels, const Requantizer& requantizer, uint8_t* y,
                                  const size_t* places) {
  constexpr size_t width = Vector::width, pairRows = 2 * MatrixDot::rows, pairColumns = 2 * width, step = ByteProduct::depth;
  const size_t partDepth = filledDepth<ByteProduct>(depth / a.parts);
  const size_t matrices = divideUp(partDepth, MatrixDot::steps * step), matrixDepth = partDepth / matrices;
  MatrixDot dots(smallest(rows, MatrixDot::rows), matrixDepth / step);
  alignas(64) MatrixDot::Sums sums;
  for (size_t j = 0; j < columns; j += columnsOf<ByteProduct>) {
    const size_t ofPanel = smallest(columnsOf<ByteProduct>, columns - j), panelWidth = roundUp(ofPanel, width);
    const size_t following = smallest(columnsOf<ByteProduct>, columns - j - ofPanel);
    const Panels<ByteProduct> panel = panels.from(j, depth);
    const size_t pairs = divideUp(rows, pairRows) * divideUp(ofPanel, pairColumns);
    Ahead ahead = Ahead::next(panel.elements, dotElements<ByteProduct>(depth, ofPanel), dotElements<ByteProduct>(depth, following),
                              pairs * a.parts * matrices * MatrixDot::steps);
    for (size_t i = 0; i < rows; i += pairRows) {
      const PairRows pair(i, rows);
      for (size_t c = 0; c < ofPanel; c += pairColumns) {
        // A vector of columns without another is taken twice.
        const size_t second = c + width < panelWidth ? width : 0;
        dots.start(panel.start.of + c, panel.start.of + c + second);
        for (size_t part = 0; part < a.parts; ++part) {
          const uint8_t* const left = a.at + part * a.partStride;
          const uint8_t* const right = panel.elements + part * partDepth * panelWidth + c * step;
          dots.add(matrices, {left + pair.upper * a.stride, left + pair.lower * a.stride, a.stride}, matrixDepth,
                   {right, right + second * step, panelWidth * step}, matrixDepth * panelWidth, ahead);
        }
        dots.store(sums);
        storeMatrices(requantizer.from(j + c), sums, pair, i, smallest(pairColumns, ofPanel - c),
                      [=](size_t row) { return y + (j + c) * requantizer.bytes + places[row]; });
      }
    }
  }
}

}  // namespace octavo::OCTAVO_ISA
#endif
