#pragma once
#include "column-sums.h"
#include "epilogue.h"

// Statistics and scaling over (rows, channels).
namespace octavo::OCTAVO_ISA {

#define OCTAVO_EXPECT_ROWS(array) \
  OCTAVO_EXPECT(array.length >= rows * channels, "arrays of at least rows × channels elements")
#define OCTAVO_EXPECT_CHANNELS(array) OCTAVO_EXPECT(array.length >= channels, "an entry per channel")

/** What is known of some rows: per channel the sum, the squares of distances from their mean, and the extremes. */
struct RowMoments {
  double *sum, *squares;
  float *low, *high;
};

/**
 * Moments of the elements [begin, end) in whole rows. Distances from their own mean lose nothing where it is large; the rows are
 * still in the cache when these are added up.
 */
inline void momentsOfRows(const float* x, size_t begin, size_t end, const Period& period, const RowMoments& to) {
  constexpr float infinity = __builtin_inff();
  const size_t channels = period.channels, length = period.length;
  // The rows behind the last whole period are added one by one.
  const size_t whole = begin + (end - begin) / length * length;
  const double count = double((end - begin) / channels);
  const Workspace<double> columns(2 * length), errors(channels);
  const Workspace<float> centres(length);
  const auto perChannel = [&](double* sums, const double* ofColumns, const auto& ofElement) {
    for (size_t c = 0; c < channels; ++c) sums[c] = ofColumns[c];
    for (size_t i = channels; i < length; i += channels) {
      for (size_t c = 0; c < channels; ++c) sums[c] += ofColumns[i + c];
    }
    for (size_t i = whole; i < end; ++i) sums[(i - whole) % channels] += ofElement(i, i - whole);
  };
  for (size_t i = 0; i < length; ++i) columns.data()[i] = 0;
  addColumns<1>(begin, whole, length, columns.data(), [=](auto lanes, size_t i, size_t) {
    using V = decltype(lanes);
    return Values<V, 1>{{V::load(x + i)}};
  });
  perChannel(to.sum, columns.data(), [&](size_t i, size_t) { return double(x[i]); });

  float* const centre = centres.data();
  for (size_t c = 0; c < channels; ++c) centre[c] = float(to.sum[c] / count);
  for (size_t i = channels; i < length; ++i) centre[i] = centre[i - channels];
  for (size_t i = 0; i < 2 * length; ++i) columns.data()[i] = 0;
  addColumns<2>(begin, whole, length, columns.data(), [=](auto lanes, size_t i, size_t column) {
    using V = decltype(lanes);
    const V distance = V::load(x + i) - V::load(centre + column);
    return Values<V, 2>{{distance, distance * distance}};
  });
  const auto distance = [&](size_t i, size_t column) { return double(x[i] - centre[column]); };
  perChannel(errors.data(), columns.data(), distance);
  perChannel(to.squares, columns.data() + length,
             [&](size_t i, size_t column) { return distance(i, column) * distance(i, column); });
  // The mean was rounded: its error is the mean distance.
  for (size_t c = 0; c < channels; ++c) to.squares[c] -= errors.data()[c] * errors.data()[c] / count;

  const Workspace<float> extremes(2 * length);
  float *const lows = extremes.data(), *const highs = lows + length;
  for (size_t column = 0; column < length; column += Vector::width) {
    Vector low = Vector::broadcast(infinity), high = Vector::broadcast(-infinity);
    for (size_t row = begin; row < whole; row += length) {
      const Vector value = Vector::load(x + row + column);
      low = smaller(value, low);
      high = larger(value, high);
    }
    low.store(lows + column);
    high.store(highs + column);
  }
  for (size_t c = 0; c < channels; ++c) to.low[c] = lows[c], to.high[c] = highs[c];
  const auto include = [&](size_t c, float low, float high) {
    to.low[c] = low < to.low[c] ? low : to.low[c];
    to.high[c] = high > to.high[c] ? high : to.high[c];
  };
  for (size_t i = channels; i < length; i += channels) {
    for (size_t c = 0; c < channels; ++c) include(c, lows[i + c], highs[i + c]);
  }
  for (size_t i = whole; i < end; ++i) include((i - whole) % channels, x[i], x[i]);
}

/** One pass over memory; pieces are joined as in Chan, Golub & LeVeque 1979. */
void channelMoments(Span<const float> x, Span<float> mean, Span<float> variance, Span<float> min, Span<float> max,
                    size_t rows, size_t channels) {
  OCTAVO_EXPECT_ROWS(x);
  OCTAVO_EXPECT_CHANNELS(mean);
  OCTAVO_EXPECT_CHANNELS(variance);
  OCTAVO_EXPECT_CHANNELS(min);
  OCTAVO_EXPECT_CHANNELS(max);
  if (channels == 0) return;
  const Period period(channels);
  // Four times the usual piece still fits the second-level cache.
  const size_t total = rows * channels, grain = 4 * columnGrain(period), pieces = divideUp(total, grain);
  const Workspace<double> sums(2 * pieces * channels);
  const Workspace<float> extremes(2 * pieces * channels);
  const auto momentsOf = [&](size_t piece) {
    double* const own = sums.data() + 2 * piece * channels;
    float* const range = extremes.data() + 2 * piece * channels;
    return RowMoments{own, own + channels, range, range + channels};
  };
  parallelFor(total, grain, [&](size_t begin, size_t end) {
    for (size_t start = begin; start < end; start += grain) {
      momentsOfRows(x.data, start, smallest(end, start + grain), period, momentsOf(start / grain));
    }
  });
  for (size_t c = 0; c < channels; ++c) {
    double sum = 0, squares = 0;
    for (size_t piece = 0; piece < pieces; ++piece) sum += momentsOf(piece).sum[c];
    const double middle = sum / double(rows);
    min[c] = __builtin_inff();
    max[c] = -__builtin_inff();
    for (size_t piece = 0; piece < pieces; ++piece) {
      const RowMoments own = momentsOf(piece);
      const double count = double((smallest(total, (piece + 1) * grain) - piece * grain) / channels);
      const double distance = own.sum[c] / count - middle;
      squares += own.squares[c] + count * distance * distance;
      min[c] = own.low[c] < min[c] ? own.low[c] : min[c];
      max[c] = own.high[c] > max[c] ? own.high[c] : max[c];
    }
    mean[c] = static_cast<float>(middle);
    variance[c] = static_cast<float>(squares < 0 ? 0 : squares / double(rows));
  }
}

void channelAffine(Span<const float> x, Span<const float> scale, OptionalSpan<const float> shift,
                   OptionalSpan<const float> epilogue, Span<float> y, size_t rows, size_t channels) {
  OCTAVO_EXPECT_ROWS(x);
  OCTAVO_EXPECT_ROWS(y);
  OCTAVO_EXPECT_CHANNELS(scale);
  OCTAVO_EXPECT(!shift || shift.length >= channels, "an entry per channel");
  OCTAVO_EXPECT_EPILOGUE(epilogue);
  if (channels == 0) return;
  const Period period(channels);
  Workspace<float> scales(period.length), shifts(period.length);
  period.repeat(scale.data, scales.data());
  if (shift) period.repeat(shift.data, shifts.data());
  const bool shifted = bool(shift);
  const float *from = x.data, *factors = scales.data(), *offsets = shifts.data();
  float* to = y.data;
  withEpilogue(epilogue, [&](const auto& after) {
    eachColumn(rows, period, [=](auto lanes, size_t i, size_t column) {
      using V = decltype(lanes);
      const V scaled = V::load(from + i) * V::load(factors + column);
      after.apply(shifted ? scaled + V::load(offsets + column) : scaled).store(to + i);
    });
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
 * dx = weight · invStd · (dy − dBias/N − x̂ · dWeight/N), the last two in training only. With an epilogue, dy is the gradient
 * behind it, and passes where x · (weight · invStd) + shift does.
 */
void batchNormGradient(Span<const float> x, Span<const float> dy, Span<const float> mean, Span<const float> invStd,
                       OptionalSpan<const float> weight, OptionalSpan<const float> shift,
                       OptionalSpan<const float> epilogue, Span<float> dx, Span<float> dWeight, Span<float> dBias,
                       size_t rows, size_t channels, int32_t training) {
  OCTAVO_EXPECT_ROWS(x);
  OCTAVO_EXPECT_ROWS(dy);
  OCTAVO_EXPECT_ROWS(dx);
  OCTAVO_EXPECT_CHANNELS(mean);
  OCTAVO_EXPECT_CHANNELS(invStd);
  OCTAVO_EXPECT_CHANNELS(dWeight);
  OCTAVO_EXPECT_CHANNELS(dBias);
  OCTAVO_EXPECT(!weight || weight.length >= channels, "an entry per channel");
  OCTAVO_EXPECT(epilogue ? shift.length >= channels : !shift, "a shift per channel with an epilogue");
  OCTAVO_EXPECT_EPILOGUE(epilogue);
  if (channels == 0) return;
  const Period period(channels);
  Workspace<float> space(6 * period.length);
  float *centres = space.data(), *widths = centres + period.length, *factors = widths + period.length;
  float *biasShares = factors + period.length, *weightShares = biasShares + period.length;
  float* offsets = weightShares + period.length;
  period.repeat(mean.data, centres);
  period.repeat(invStd.data, widths);
  if (shift) period.repeat(shift.data, offsets);
  for (size_t i = 0; i < period.length; ++i) {
    const size_t c = i % channels;
    factors[i] = (weight ? weight[c] : 1.0f) * invStd[c];
  }
  const Workspace<double> sums(2 * channels);
  const auto shareSums = [&] {
    const double share = training ? 1.0 / double(rows) : 0.0;
    for (size_t i = 0; i < period.length; ++i) {
      const size_t c = i % channels;
      biasShares[i] = static_cast<float>(sums.data()[c] * share);
      weightShares[i] = static_cast<float>(sums.data()[channels + c] * share);
    }
  };
  withEpilogue(epilogue, [&](const auto& after) {
    const float *values = x.data, *gradients = dy.data;
    float* results = dx.data;
    const auto normalized = [=](auto value, size_t column) {
      using V = decltype(value);
      return (value - V::load(centres + column)) * V::load(widths + column);
    };
    const auto gradient = [=](auto value, size_t i, size_t column) {
      using V = decltype(value);
      const V given = V::load(gradients + i);
      if constexpr (std::is_same_v<std::decay_t<decltype(after)>, NoEpilogue>) return given;
      else return after.gradient(value * V::load(factors + column) + V::load(offsets + column), given);
    };
    sumColumns<2>(rows, period, sums.data(), [=](auto lanes, size_t i, size_t column) {
      using V = decltype(lanes);
      const V value = V::load(values + i), own = gradient(value, i, column);
      return Values<V, 2>{{own, own * normalized(value, column)}};
    });
    shareSums();
    eachColumn(rows, period, [=](auto lanes, size_t i, size_t column) {
      using V = decltype(lanes);
      const V value = V::load(values + i);
      const V centred = gradient(value, i, column) - V::load(biasShares + column) -
                        normalized(value, column) * V::load(weightShares + column);
      (V::load(factors + column) * centred).store(results + i);
    });
  });
  for (size_t c = 0; c < channels; ++c) {
    dBias[c] = static_cast<float>(sums.data()[c]);
    dWeight[c] = static_cast<float>(sums.data()[channels + c]);
  }
}

#undef OCTAVO_EXPECT_ROWS
#undef OCTAVO_EXPECT_CHANNELS

}  // namespace octavo::OCTAVO_ISA
