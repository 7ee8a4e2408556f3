#pragma once
#include "column-sums.h"
#include "epilogue.h"
#include "range-statistics.h"

namespace octavo::OCTAVO_ISA {

/** The extremes are those of each piece while it is in the cache. */
void channelAffineAdd(Span<const float> x, Span<const float> scale, Span<const float> shift,
                      OptionalSpan<const float> epilogue, Span<const float> other, float low, float high, Span<float> y,
                      OptionalSpan<float> range, size_t rows, size_t channels) {
  const size_t total = rows * channels;
  OCTAVO_EXPECT(x.length >= total && other.length >= total && y.length >= total,
                "arrays of at least rows × channels elements");
  OCTAVO_EXPECT(scale.length >= channels && shift.length >= channels, "an entry per channel");
  OCTAVO_EXPECT(!range || range.length == 2, "a range of 2 numbers");
  OCTAVO_EXPECT_EPILOGUE(epilogue);
  if (total == 0) return;
  const Period period(channels);
  const Workspace<float> scales(period.length), shifts(period.length);
  period.repeat(scale.data, scales.data());
  period.repeat(shift.data, shifts.data());
  const size_t grain = columnGrain(period), pieces = divideUp(total, grain);
  const Workspace<Range> ranges(pieces);
  const float *from = x.data, *factors = scales.data(), *offsets = shifts.data(), *added = other.data;
  float* const to = y.data;
  const ClampEpilogue after = {low, high};
  withEpilogue(epilogue, [&](const auto& before) {
    parallelFor(total, grain, [&](size_t begin, size_t end) {
      for (size_t start = begin; start < end; start += grain) {
        const size_t stop = smallest(end, start + grain);
        columnsIn(start, stop, period, [=](auto lanes, size_t i, size_t column) {
          using V = decltype(lanes);
          const V normalized = V::load(from + i) * V::load(factors + column) + V::load(offsets + column);
          after.apply(before.apply(normalized) + V::load(added + i)).store(to + i);
        });
        if (range) ranges.data()[start / grain] = rangeOf(to + start, stop - start);
      }
    });
  });
  if (!range) return;
  Range whole;
  for (size_t piece = 0; piece < pieces; ++piece) whole.add(ranges.data()[piece]);
  whole.write(range[0], range[1]);
}

}  // namespace octavo::OCTAVO_ISA
