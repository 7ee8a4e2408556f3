#pragma once
#include <cstring>

#include "blocking.h"
#include "elementwise.h"

// Rows of a table of vectors, by their indices.
namespace octavo::OCTAVO_ISA {

/** One row of `width` elements, of floats or of integers with a scale and a float zero point. */
struct EmbeddingRows {
  const AnyInput& table;
  const float* scale;
  const float* zeroPoint;
  size_t width;
  int32_t bits;

  void copy(size_t row, float* to) const {
    const float* from = static_cast<const float*>(table.data) + row * width;
    for (size_t i = 0; i < width; ++i) to[i] = from[i];
  }
  void dequantize(size_t row, float* to) const {
    const float zero = zeroPoint[row], step = scale[row];
    const uint8_t* bytes = static_cast<const uint8_t*>(table.data) + row * width * size_t(bits) / 8;
    if (bits == 4) {
      for (size_t i = 0; i < width / 2; ++i) {
        to[2 * i] = (float(bytes[i] & 15) - zero) * step;
        to[2 * i + 1] = (float(bytes[i] >> 4) - zero) * step;
      }
      return;
    }
    eachVector(0, width, [=](auto lanes, size_t i) {
      using V = decltype(lanes);
      ((toFloat(Int<V>::load(bytes + i)) - V::broadcast(zero)) * V::broadcast(step)).store(to + i);
    });
  }
};

/** Indices of rows, int32 or int64. */
struct RowIndices {
  const AnyInput& array;
  bool isLong() const { return array.kind == ElementKind::bigint64; }
  bool areIntegers() const { return isLong() || array.kind == ElementKind::int32; }
  int64_t at(size_t i) const {
    return isLong() ? static_cast<const int64_t*>(array.data)[i] : static_cast<const int32_t*>(array.data)[i];
  }
  /** Whether all are rows of a table of so many; negative ones are read as large ones. */
  bool areBelow(size_t rows) const {
    bool inside = true;
    for (size_t i = 0; i < array.length; ++i) inside &= uint64_t(at(i)) < rows;
    return inside;
  }
};

void embedding(AnyInput table, OptionalSpan<const float> scale, OptionalSpan<const float> zeroPoint, AnyInput indices,
               Span<float> y, int32_t bits) {
  if (indices.length == 0) return;
  const size_t count = indices.length, width = y.length / count;
  const RowIndices rowOf{indices};
  const bool isFloat = bits == 32;
  OCTAVO_EXPECT(isFloat || bits == 8 || (bits == 4 && width % 2 == 0), "32, 8 or 4 bits; an even width with 4");
  OCTAVO_EXPECT(table.kind == (isFloat ? ElementKind::float32 : ElementKind::uint8), "floats, or bytes with 8 or 4 bits");
  OCTAVO_EXPECT(rowOf.areIntegers(), "indices of type Int32Array or BigInt64Array");
  OCTAVO_EXPECT(width > 0 && y.length == count * width, "rows of one width");
  OCTAVO_EXPECT(zeroPoint.length == scale.length && isFloat == !scale, "a scale and a zero point for each row of integers");
  const size_t rows = isFloat ? table.length / width : scale.length;
  OCTAVO_EXPECT(isFloat || table.length >= rows * width * size_t(bits) / 8, "a row of integers for each scale");
  OCTAVO_EXPECT(rowOf.areBelow(rows), "indices of the table's rows");
  const EmbeddingRows source{table, scale.data, zeroPoint.data, width, bits};
  parallelFor(count, 1 + elementGrain / width, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      const size_t row = size_t(rowOf.at(i));
      float* to = y.data + i * width;
      isFloat ? source.copy(row, to) : source.dequantize(row, to);
    }
  });
}

void embeddingGradient(AnyInput indices, Span<const float> dy, Span<float> dTable, size_t width, int32_t skipped) {
  const size_t count = indices.length;
  const RowIndices rowOf{indices};
  OCTAVO_EXPECT(rowOf.areIntegers(), "indices of type Int32Array or BigInt64Array");
  OCTAVO_EXPECT(width > 0 && dTable.length % width == 0 && dy.length == count * width, "rows of one width");
  const size_t rows = dTable.length / width;
  OCTAVO_EXPECT(rowOf.areBelow(rows), "indices of the table's rows");
  constexpr size_t maxPieces = 8;
  // Each piece looks for the places of its own rows.
  parallelFor(rows, 1 + divideUp(rows, maxPieces) + elementGrain / width, [=](size_t begin, size_t end) {
    std::memset(dTable.data + begin * width, 0, (end - begin) * width * sizeof(float));
    for (size_t i = 0; i < count; ++i) {
      const int64_t row = rowOf.at(i);
      if (row < int64_t(begin) || row >= int64_t(end) || row == skipped) continue;
      const float* const from = dy.data + i * width;
      float* const to = dTable.data + size_t(row) * width;
      eachVector(0, width, [=](auto lanes, size_t c) {
        using V = decltype(lanes);
        (V::load(to + c) + V::load(from + c)).store(to + c);
      });
    }
  });
}

}  // namespace octavo::OCTAVO_ISA
