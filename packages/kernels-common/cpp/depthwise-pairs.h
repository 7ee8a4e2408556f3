#pragma once
#include "dot.h"

// `DepthwiseDot` and `DepthwiseColumn` of sets whose `Dot` multiplies pairs: the values of a channel in two rows. Such a
// set declares `interleaveLow`, `interleaveHigh`, `toChannels` and `fromChannels` beside its `ShortVector`. See
// dot-scalar.h for what each operation means.
namespace octavo::OCTAVO_ISA {

struct DepthwiseDot {
  static constexpr size_t taps = Dot::depth, channels = ShortVector::width;
  static_assert(taps == 2 && channels == 2 * Vector::width);
  /** Of every eight channels, the first four go to the low results. */
  static constexpr size_t position(size_t channel) {
    return channel % 4 + channel / 8 * 4 + (channel & 4) * (channels / 8);
  }
  static void arrange(const uint8_t* const* rows, uint8_t flip, int16_t zero, int16_t* to) {
    const auto row = [=](size_t i) {
      return rows[i] ? ShortVector::centred(rows[i], flip, zero) : ShortVector::broadcast(0);
    };
    const ShortVector first = row(0), second = row(1);
    interleaveLow(first, second).store(to);
    interleaveHigh(first, second).store(to + channels);
  }
  static void accumulate(const int16_t* x, const int16_t* weights, IntVector* sum) {
    sum[0] = dot(Dot::load(x), Dot::load(weights), sum[0]);
    sum[1] = dot(Dot::load(x + channels), Dot::load(weights + channels), sum[1]);
  }
  static void inOrder(IntVector* sum) { toChannels(sum); }
};

struct DepthwiseColumn {
  static constexpr size_t channels = DepthwiseDot::channels, vectors = 2;
  /** In the order of `DepthwiseDot::position`. */
  Dot low, high;
  template <typename Byte>
  static DepthwiseColumn load(const uint8_t* const* lines) {
    const auto line = [=](size_t i) { return ShortVector::load(reinterpret_cast<const Byte*>(lines[i])); };
    const ShortVector first = line(0), second = line(1);
    return {{interleaveLow(first, second).v}, {interleaveHigh(first, second).v}};
  }
  static DepthwiseColumn broadcast(int16_t x) {
    const ShortVector all = ShortVector::broadcast(x);
    return {{all.v}, {all.v}};
  }
  void accumulate(const Dot* weights, IntVector* sum) const {
    sum[0] = dot(low, weights[0], sum[0]);
    sum[1] = dot(high, weights[1], sum[1]);
  }
  static void arrange(Vector* v) { fromChannels(v); }
};

}  // namespace octavo::OCTAVO_ISA
