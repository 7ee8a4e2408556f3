#pragma once
#include "column-sums.h"
#include "operators.h"

// Reductions of the middle axis of (outer, channels, inner). Sums and products in float64 over pieces that depend on
// sizes alone; max and min propagate NaN, as torch's amax and amin.
namespace octavo::OCTAVO_ISA {

/** Σ of `count` consecutive elements. */
inline double sumOf(const float* x, size_t count) {
  constexpr size_t width = Vector::width, step = 4 * width;
  double sum = 0;
  size_t i = 0;
  while (i + step <= count) {
    Vector lanes[4] = {Vector::broadcast(0), Vector::broadcast(0), Vector::broadcast(0), Vector::broadcast(0)};
    const size_t end = smallest(count, i + rowsInFloat * step);
    for (; i + step <= end; i += step) {
#pragma GCC unroll 4
      for (size_t v = 0; v < 4; ++v) lanes[v] = lanes[v] + Vector::load(x + i + v * width);
    }
    float values[step];
    for (size_t v = 0; v < 4; ++v) lanes[v].store(values + v * width);
    for (size_t lane = 0; lane < step; ++lane) sum += values[lane];
  }
  for (; i < count; ++i) sum += x[i];
  return sum;
}

/** Σ of many elements, in parallel. */
inline double sumOfAll(const float* x, size_t count) {
  const size_t pieces = divideUp(count, elementGrain);
  Workspace<double> partial(pieces + 1);
  parallelFor(count, elementGrain, [&](size_t begin, size_t end) {
    partial.data()[begin / elementGrain] = sumOf(x + begin, end - begin);
  });
  double sum = 0;
  for (size_t piece = 0; piece < pieces; ++piece) sum += partial.data()[piece];
  return sum;
}

inline void sumMiddle(const float* x, float* y, const ChannelBlocks& blocks, double divisor) {
  const size_t outer = size_t(blocks.outer), channels = size_t(blocks.channels), inner = size_t(blocks.inner);
  if (inner == 1) {
    if (outer == 1) {
      y[0] = static_cast<float>(sumOfAll(x, channels) / divisor);
      return;
    }
    return parallelFor(outer, 1 + elementGrain / (channels + 1), [&](size_t begin, size_t end) {
      for (size_t o = begin; o < end; ++o) y[o] = static_cast<float>(sumOf(x + o * channels, channels) / divisor);
    });
  }
  const Period period(inner);
  Workspace<double> sums(inner);
  for (size_t o = 0; o < outer; ++o) {
    const float* block = x + o * channels * inner;
    sumColumns<1>(channels, period, sums.data(), [&](auto lanes, size_t i, size_t) {
      using V = decltype(lanes);
      return Values<V, 1>{{V::load(block + i)}};
    });
    for (size_t i = 0; i < inner; ++i) y[o * inner + i] = static_cast<float>(sums.data()[i] / divisor);
  }
}

/** Folds every line of the middle axis in order, one inner position beside the other. */
template <typename Number, typename Fold>
inline void foldMiddle(const float* x, float* y, const ChannelBlocks& blocks, Number start, const Fold& fold) {
  const size_t channels = size_t(blocks.channels), inner = size_t(blocks.inner);
  parallelFor(size_t(blocks.outer), 1 + elementGrain / (channels * inner + 1), [&](size_t begin, size_t end) {
    Workspace<Number> line(inner);
    Number* best = line.data();
    for (size_t o = begin; o < end; ++o) {
      for (size_t i = 0; i < inner; ++i) best[i] = start;
      for (size_t c = 0; c < channels; ++c) {
        const float* row = x + (o * channels + c) * inner;
        for (size_t i = 0; i < inner; ++i) best[i] = fold(best[i], row[i]);
      }
      for (size_t i = 0; i < inner; ++i) y[o * inner + i] = static_cast<float>(best[i]);
    }
  });
}

void reduce(ReduceOp code, Span<const float> x, Span<float> y, const ChannelBlocks& blocks) {
  OCTAVO_EXPECT(x.length >= blocks.elements(), "x with an element for each of blocks'");
  OCTAVO_EXPECT(y.length >= size_t(blocks.outer) * size_t(blocks.inner), "y of outer × inner elements");
  if (blocks.outer == 0 || blocks.inner == 0) return;
  constexpr float infinity = __builtin_inff();
  switch (code) {
    case ReduceOp::sum: return sumMiddle(x.data, y.data, blocks, 1);
    case ReduceOp::mean: return sumMiddle(x.data, y.data, blocks, blocks.channels);
    case ReduceOp::max:
      return foldMiddle(x.data, y.data, blocks, -infinity, [](float a, float b) { return b > a || b != b ? b : a; });
    case ReduceOp::min:
      return foldMiddle(x.data, y.data, blocks, infinity, [](float a, float b) { return b < a || b != b ? b : a; });
    case ReduceOp::prod:
      return foldMiddle(x.data, y.data, blocks, 1.0, [](double a, double b) { return a * b; });
    default: fail("a code of ReduceOp");
  }
}

/** NaN counts as the largest and as the smallest, as in torch. */
void argReduce(Span<const float> x, Span<int32_t> indices, int32_t largest, const ChannelBlocks& blocks) {
  OCTAVO_EXPECT(x.length >= blocks.elements(), "x with an element for each of blocks'");
  OCTAVO_EXPECT(indices.length >= size_t(blocks.outer) * size_t(blocks.inner), "indices of outer × inner elements");
  const size_t channels = size_t(blocks.channels), inner = size_t(blocks.inner);
  parallelFor(size_t(blocks.outer), 1 + elementGrain / (channels * inner + 1), [&](size_t begin, size_t end) {
    for (size_t line = begin * inner; line < end * inner; ++line) {
      const float* start = &x[line / inner * channels * inner + line % inner];
      size_t best = 0;
      for (size_t c = 1; c < channels && start[best * inner] == start[best * inner]; ++c) {
        const float value = start[c * inner], record = start[best * inner];
        if (value != value || (largest ? value > record : value < record)) best = c;
      }
      indices[line] = static_cast<int32_t>(best);
    }
  });
}

}  // namespace octavo::OCTAVO_ISA
