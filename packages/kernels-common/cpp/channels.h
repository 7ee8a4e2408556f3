#pragma once
#include "column-sums.h"

// Statistics and scaling over (rows, channels).
namespace octavo::OCTAVO_ISA {

#define OCTAVO_EXPECT_ROWS(array) \
  OCTAVO_EXPECT(array.length >= rows * channels, "arrays of at least rows × channels elements")
#define OCTAVO_EXPECT_CHANNELS(array) OCTAVO_EXPECT(array.length >= channels, "an entry per channel")

/** Two passes: squares of distances from the mean lose nothing where it is large. */
void channelMoments(Span<const float> x, Span<float> mean, Span<float> variance, size_t rows, size_t channels) {
  OCTAVO_EXPECT_ROWS(x);
  OCTAVO_EXPECT_CHANNELS(mean);
  OCTAVO_EXPECT_CHANNELS(variance);
  if (channels == 0) return;
  const Period period(channels);
  Workspace<double> sums(channels);
  Workspace<float> centres(period.length);
  sumColumns<1>(rows, period, sums.data(), [&](auto lanes, size_t i, size_t) {
    using V = decltype(lanes);
    return Values<V, 1>{{V::load(&x[i])}};
  });
  for (size_t c = 0; c < channels; ++c) mean[c] = static_cast<float>(sums.data()[c] / double(rows));
  period.repeat(mean.data, centres.data());
  Workspace<double> squares(2 * channels);
  sumColumns<2>(rows, period, squares.data(), [&](auto lanes, size_t i, size_t column) {
    using V = decltype(lanes);
    const V distance = V::load(&x[i]) - V::load(centres.data() + column);
    return Values<V, 2>{{distance, distance * distance}};
  });
  for (size_t c = 0; c < channels; ++c) {
    // The mean was rounded: its error is the mean distance.
    const double error = squares.data()[c] / double(rows), square = squares.data()[channels + c] / double(rows);
    const double value = square - error * error;
    variance[c] = static_cast<float>(value < 0 ? 0 : value);
  }
}

void channelAffine(Span<const float> x, Span<const float> scale, OptionalSpan<const float> shift, Span<float> y,
                   size_t rows, size_t channels) {
  OCTAVO_EXPECT_ROWS(x);
  OCTAVO_EXPECT_ROWS(y);
  OCTAVO_EXPECT_CHANNELS(scale);
  OCTAVO_EXPECT(!shift || shift.length >= channels, "an entry per channel");
  if (channels == 0) return;
  const Period period(channels);
  Workspace<float> scales(period.length), shifts(period.length);
  period.repeat(scale.data, scales.data());
  if (shift) period.repeat(shift.data, shifts.data());
  const bool shifted = bool(shift);
  const float *from = x.data, *factors = scales.data(), *offsets = shifts.data();
  float* to = y.data;
  eachColumn(rows, period, [=](auto lanes, size_t i, size_t column) {
    using V = decltype(lanes);
    const V scaled = V::load(from + i) * V::load(factors + column);
    (shifted ? scaled + V::load(offsets + column) : scaled).store(to + i);
  });
}

void channelSums(Span<const float> x, Span<const float> other, Span<float> sum, Span<float> sumProduct, size_t rows, size_t channels) {
  OCTAVO_EXPECT_ROWS(x);
  OCTAVO_EXPECT_ROWS(other);
  OCTAVO_EXPECT_CHANNELS(sum);
  OCTAVO_EXPECT_CHANNELS(sumProduct);
  if (channels == 0) return;
  Workspace<double> sums(2 * channels);
  sumColumns<2>(rows, Period(channels), sums.data(), [&](auto lanes, size_t i, size_t) {
    using V = decltype(lanes);
    const V value = V::load(&x[i]);
    return Values<V, 2>{{value, value * V::load(&other[i])}};
  });
  for (size_t c = 0; c < channels; ++c) {
    sum[c] = static_cast<float>(sums.data()[c]);
    sumProduct[c] = static_cast<float>(sums.data()[channels + c]);
  }
}

/**
 * Ioffe & Szegedy 2015, with x̂ = (x − mean) · invStd and N rows: dBias = Σ dy; dWeight = Σ dy x̂;
 * dx = weight · invStd · (dy − dBias/N − x̂ · dWeight/N), the last two in training only.
 */
void batchNormGradient(Span<const float> x, Span<const float> dy, Span<const float> mean, Span<const float> invStd,
                       OptionalSpan<const float> weight, Span<float> dx, Span<float> dWeight, Span<float> dBias,
                       size_t rows, size_t channels, int32_t training) {
  OCTAVO_EXPECT_ROWS(x);
  OCTAVO_EXPECT_ROWS(dy);
  OCTAVO_EXPECT_ROWS(dx);
  OCTAVO_EXPECT_CHANNELS(mean);
  OCTAVO_EXPECT_CHANNELS(invStd);
  OCTAVO_EXPECT_CHANNELS(dWeight);
  OCTAVO_EXPECT_CHANNELS(dBias);
  OCTAVO_EXPECT(!weight || weight.length >= channels, "an entry per channel");
  if (channels == 0) return;
  const Period period(channels);
  Workspace<float> space(5 * period.length);
  float *centres = space.data(), *widths = centres + period.length, *factors = widths + period.length;
  float *biasShares = factors + period.length, *weightShares = biasShares + period.length;
  period.repeat(mean.data, centres);
  period.repeat(invStd.data, widths);
  const float *values = x.data, *gradients = dy.data;
  float* results = dx.data;
  const auto normalized = [=](auto lanes, size_t i, size_t column) {
    using V = decltype(lanes);
    return (V::load(values + i) - V::load(centres + column)) * V::load(widths + column);
  };
  Workspace<double> sums(2 * channels);
  sumColumns<2>(rows, period, sums.data(), [&](auto lanes, size_t i, size_t column) {
    using V = decltype(lanes);
    const V gradient = V::load(gradients + i);
    return Values<V, 2>{{gradient, gradient * normalized(lanes, i, column)}};
  });
  const double share = training ? 1.0 / double(rows) : 0.0;
  for (size_t i = 0; i < period.length; ++i) {
    const size_t c = i % channels;
    factors[i] = (weight ? weight[c] : 1.0f) * invStd[c];
    biasShares[i] = static_cast<float>(sums.data()[c] * share);
    weightShares[i] = static_cast<float>(sums.data()[channels + c] * share);
  }
  eachColumn(rows, period, [=](auto lanes, size_t i, size_t column) {
    using V = decltype(lanes);
    const V centred = V::load(gradients + i) - V::load(biasShares + column) -
                      normalized(lanes, i, column) * V::load(weightShares + column);
    (V::load(factors + column) * centred).store(results + i);
  });
  for (size_t c = 0; c < channels; ++c) {
    dBias[c] = static_cast<float>(sums.data()[c]);
    dWeight[c] = static_cast<float>(sums.data()[channels + c]);
  }
}

#undef OCTAVO_EXPECT_ROWS
#undef OCTAVO_EXPECT_CHANNELS

}  // namespace octavo::OCTAVO_ISA
