#pragma once
#include "quantize.h"
#include "reduce.h"

// The weight of a layer with batch norm in training: scaled, rounded and scaled back (Jacob et al. 2018, section 3.2).
namespace octavo::OCTAVO_ISA {

/**
 * Factor, 1 / scale, scale and both ends of the integer range less the zero point, for `length` columns, whole vectors of them.
 * Elements in a row have one column after the other.
 */
struct ScaledColumns {
  float* values;
  size_t length;

  template <typename V> V at(size_t row, size_t column) const { return V::load(values + row * length + column); }
};

/** One call: of the forward kernel, which writes `to` = y, or of the gradient, which writes `to` = dx. Bodies of loops are in one place. */
struct ScaledPass {
  Span<const float> factor, scale;
  Span<const int32_t> zeroPoint;
  size_t outer, channels, inner;
  double quantMin, quantMax;
  const float* x;
  float* to;
  /** Gradient only, null otherwise. */
  const float *y = nullptr, *dy = nullptr;
  /** Gradient: both sums of dFactor over each run of `inner` elements. */
  float *gains = nullptr, *losses = nullptr;

  ScaledPass(const ChannelBlocks& blocks, Span<const float> factors, Span<const float> scales,
             Span<const int32_t> zeroPoints, double smallest, double largest, const float* from, float* target)
      : factor(factors), scale(scales), zeroPoint(zeroPoints), outer(size_t(blocks.outer)), channels(size_t(blocks.channels)),
        inner(size_t(blocks.inner)), quantMin(smallest), quantMax(largest), x(from), to(target) {}

  struct Numbers {
    float of[5];
  };
  /** What columns of a channel have. */
  Numbers numbersOf(size_t c) const {
    const size_t own = scale.length > 1 ? c : 0;
    const Quantizer quantizer(scale[own], zeroPoint[own], quantMin, quantMax);
    return {{factor[c], quantizer.inverse, quantizer.scale, quantizer.low, quantizer.high}};
  }

  /** At element i; gradient: the terms of the sums go to place `term` of `gain` and `loss`. */
  template <typename V>
  void lanes(const ScaledColumns& columns, size_t column, size_t i, float* gain, float* loss, size_t term) const {
    const V value = V::load(x + i), by = columns.at<V>(0, column), low = columns.at<V>(3, column);
    const V high = columns.at<V>(4, column), steps = value * by * columns.at<V>(1, column);
    const V integer = keep(steps == steps, roundEven(steps));
    if (dy == nullptr) {
      const V centred = smaller(high, larger(low, integer)) + V::broadcast(0);
      return (centred * columns.at<V>(2, column) / by).store(to + i);
    }
    const V gradient = V::load(dy + i), ds = keep((integer >= low) & (integer <= high), gradient / by);
    (ds * by).store(to + i);
    (ds * value).store(gain + term);
    (gradient * V::load(y + i) / by).store(loss + term);
  }

  /** The elements [begin, end), and others up to `limit` where vectors reach beyond. Terms begin at place `term`. */
  void stretch(const ScaledColumns& columns, size_t begin, size_t end, size_t limit, float* gain, float* loss,
               size_t term) const {
    const ScaledPass own = *this;
    for (size_t i = begin, column = 0; i < end;) {
      const bool whole = i + Vector::width <= limit;
      if (whole) own.lanes<Vector>(columns, column, i, gain, loss, term + i - begin);
      else own.lanes<Scalar>(columns, column, i, gain, loss, term + i - begin);
      const size_t step = whole ? Vector::width : 1;
      i += step;
      column = column + step == columns.length ? 0 : column + step;
    }
  }

  void run() const {
    if (inner == 1) return channelsBesideEachOther();
    parallelFor(channels, 1 + elementGrain / (outer * inner + 1), [=, this](size_t first, size_t last) {
      constexpr size_t width = Vector::width;
      const Workspace<float> space(5 * width + (dy ? 2 * (inner + width) : 0));
      const ScaledColumns columns{space.data(), width};
      float *const gain = space.data() + 5 * width, *const loss = gain + inner + width;
      for (size_t c = first; c < last; ++c) {
        const Numbers numbers = numbersOf(c);
        for (size_t k = 0; k < 5; ++k) Vector::broadcast(numbers.of[k]).store(columns.values + k * width);
        for (size_t o = 0; o < outer; ++o) {
          const size_t at = o * channels + c, end = (at + 1) * inner;
          // What is written beyond the end is written again later, so that a few elements take a whole vector, too.
          stretch(columns, at * inner, end, outer == 1 ? last * inner : end, gain, loss, 0);
          if (dy == nullptr) continue;
          const auto sum = outer * channels == 1 ? sumOfAll : sumOf;
          gains[at] = static_cast<float>(sum(gain, inner));
          losses[at] = static_cast<float>(sum(loss, inner));
        }
      }
    });
  }

  void channelsBesideEachOther() const {
    const Period period(channels);
    const Workspace<float> space(5 * period.length);
    const ScaledColumns columns{space.data(), period.length};
    for (size_t c = 0; c < channels; ++c) {
      const Numbers numbers = numbersOf(c);
      for (size_t k = 0; k < 5; ++k) {
        for (size_t i = c; i < period.length; i += channels) columns.values[k * period.length + i] = numbers.of[k];
      }
    }
    parallelFor(outer * channels, columnGrain(period), [=, this](size_t begin, size_t end) {
      stretch(columns, begin, end, end, gains, losses, begin);
    });
  }
};

#define OCTAVO_EXPECT_SCALED(a, b)                                                                                      \
  OCTAVO_EXPECT(a.length >= blocks.elements() && b.length >= blocks.elements(), "arrays of at least blocks' elements"); \
  OCTAVO_EXPECT(factor.length >= size_t(blocks.channels), "an entry per channel");                                      \
  OCTAVO_EXPECT((scale.length == 1 && zeroPoint.length == 1) || fitQParams(scale, zeroPoint, blocks),                   \
                "one scale and one zero point per channel")

void scaledFakeQuantize(Span<const float> x, Span<const float> factor, Span<const float> scale,
                        Span<const int32_t> zeroPoint, Span<float> y, const ChannelBlocks& blocks, double quantMin,
                        double quantMax) {
  OCTAVO_EXPECT_SCALED(x, y);
  if (blocks.elements() > 0) ScaledPass(blocks, factor, scale, zeroPoint, quantMin, quantMax, x.data, y.data).run();
}

/** Sums have the bits of `reduce`, over the inner elements first. */
void scaledFakeQuantizeGradient(Span<const float> x, Span<const float> factor, Span<const float> y, Span<const float> dy,
                                Span<const float> scale, Span<const int32_t> zeroPoint, Span<float> dx,
                                Span<float> dFactor, const ChannelBlocks& blocks, double quantMin, double quantMax) {
  OCTAVO_EXPECT_SCALED(x, dx);
  OCTAVO_EXPECT_SCALED(y, dy);
  OCTAVO_EXPECT(dFactor.length >= size_t(blocks.channels), "an entry per channel");
  if (blocks.elements() == 0) {
    for (size_t c = 0; c < size_t(blocks.channels); ++c) dFactor[c] = 0;
    return;
  }
  ScaledPass pass(blocks, factor, scale, zeroPoint, quantMin, quantMax, x.data, dx.data);
  const size_t channels = pass.channels, runs = pass.outer * channels;
  const Workspace<float> space(2 * (runs + channels));
  pass.y = y.data;
  pass.dy = dy.data;
  pass.gains = space.data();
  pass.losses = pass.gains + runs;
  pass.run();
  float *const gains = pass.losses + runs, *const losses = gains + channels;
  const ChannelBlocks alongOuter{1, blocks.outer, blocks.channels};
  sumMiddle(pass.gains, gains, alongOuter, 1);
  sumMiddle(pass.losses, losses, alongOuter, 1);
  for (size_t c = 0; c < channels; ++c) dFactor[c] = gains[c] - losses[c];
}

#undef OCTAVO_EXPECT_SCALED

}  // namespace octavo::OCTAVO_ISA
