#pragma once
#include "quantized-conv-depthwise.h"

// Depthwise convolutions with 3×3 filters, straight from bytes: each column of pixels is widened once and added to
// the sums of the three columns of results that it is a part of; these stay in registers until they are complete.
namespace octavo::OCTAVO_ISA {

/** One block of channels of `Rows` rows of results, `Step` lines apart. */
template <size_t Step, size_t Rows>
struct ColumnWork {
  static constexpr size_t lines = (Rows - 1) * Step + 3;
  /** The block's first channel in the first pixel of each line; a pixel takes `xPixel` bytes. */
  const uint8_t* x[lines];
  size_t xPixel;
  /** Results of a row; whether the first column of the first one and the last column of the last one are padding. */
  size_t outputs;
  bool padsLeft, padsRight;
  int16_t zeroPoint;
  /** The block's weights of each phase, as `packDepthwiseDots` packs them. */
  const int16_t* weights[DepthwiseTaps::together];
  uint8_t* y[Rows];
  size_t yPixel;
};

/** Sums of `Rows` results of a block of channels. */
template <size_t Rows>
struct ColumnSums {
  static constexpr size_t vectors = DepthwiseColumn::vectors;
  IntVector v[Rows * vectors];

  static ColumnSums zeros() {
    ColumnSums sums;
    OCTAVO_UNROLL
    for (IntVector& sum : sums.v) sum = IntVector::broadcast(0);
    return sums;
  }
  ColumnSums operator+(const ColumnSums& other) const {
    ColumnSums sums;
    OCTAVO_UNROLL
    for (size_t i = 0; i < Rows * vectors; ++i) sums.v[i] = v[i] + other.v[i];
    return sums;
  }
  ColumnSums operator-(const ColumnSums& other) const {
    ColumnSums sums;
    OCTAVO_UNROLL
    for (size_t i = 0; i < Rows * vectors; ++i) sums.v[i] = v[i] - other.v[i];
    return sums;
  }
};

/** (sum + bias) · multiplier of a block of channels, rounded. */
template <size_t Rows>
class ColumnRequantizer {
  static constexpr size_t vectors = DepthwiseColumn::vectors;
  Vector bias[vectors], multiplier[vectors];
  ByteRounder round;

 public:
  explicit ColumnRequantizer(const Requantizer& requantizer) : round(requantizer.round) {
    for (size_t v = 0; v < vectors; ++v) {
      bias[v] = Vector::load(requantizer.bias + v * Vector::width);
      multiplier[v] = Vector::load(requantizer.multiplier + v * Vector::width);
    }
    DepthwiseColumn::arrange(bias);
    DepthwiseColumn::arrange(multiplier);
  }

  [[gnu::always_inline]] void store(const ColumnSums<Rows>& sums, uint8_t* const* to) const {
    Vector values[Rows][vectors];
    OCTAVO_UNROLL
    for (size_t r = 0; r < Rows; ++r) {
      OCTAVO_UNROLL
      for (size_t v = 0; v < vectors; ++v) {
        values[r][v] = (toFloat(sums.v[r * vectors + v]) + bias[v]) * multiplier[v];
      }
    }
    round.storeColumn(values[0], to[0], values[Rows - 1], to[Rows - 1]);
  }
};

/** All results of `work`; `requantizer` begins at the block's first channel, `Byte` is what the bytes of x are. */
template <size_t Step, size_t Rows, typename Byte>
void slideColumns(const ColumnWork<Step, Rows>& work, const Requantizer& requantizer) {
  constexpr size_t taps = DepthwiseTaps::together, vectors = DepthwiseColumn::vectors;
  constexpr size_t lines = ColumnWork<Step, Rows>::lines, groups = divideUp(lines, taps);
  using Sums = ColumnSums<Rows>;
  // Copies of everything: stores of results might change what lies in memory.
  const uint8_t* x[groups * taps];
  for (size_t i = 0; i < groups * taps; ++i) x[i] = work.x[i < lines ? i : lines - 1];
  uint8_t* y[Rows];
  for (size_t r = 0; r < Rows; ++r) y[r] = work.y[r];
  const size_t xPixel = work.xPixel, yPixel = work.yPixel;
  constexpr size_t phases = Rows > 1 && Step % taps != 0 ? taps : 1;
  Dot weights[phases][divideUp(taps + 2, taps) * 3][vectors];
  for (size_t phase = 0; phase < phases; ++phase) {
    const int16_t* from = work.weights[phase];
    for (size_t i = 0; i < divideUp(phase + 3, taps) * 3; ++i) {
      for (Dot& dot : weights[phase][i]) dot = Dot::load(from), from += Vector::width * Dot::depth;
    }
  }
  const ColumnRequantizer<Rows> round(requantizer);

  // What a column adds to the sums for which it is the first, second or third of the filter's.
  const auto addGroup = [&](const DepthwiseColumn& column, size_t group, size_t widthTap, Sums& sums) __attribute__((always_inline)) {
    OCTAVO_UNROLL
    for (size_t r = 0; r < Rows; ++r) {
      const size_t phase = r * Step % taps, first = r * Step / taps;
      if (group < first || group >= first + divideUp(phase + 3, taps)) continue;
      column.accumulate(weights[phase][(group - first) * 3 + widthTap], sums.v + r * vectors);
      OCTAVO_UNROLL
      for (size_t v = 0; v < vectors; ++v) OCTAVO_SETTLE(sums.v[r * vectors + v].v);
    }
  };
  const auto addColumn = [&](const auto&... ofSums) __attribute__((always_inline)) {
    OCTAVO_UNROLL
    for (size_t group = 0; group < groups; ++group) {
      const DepthwiseColumn column = DepthwiseColumn::template load<Byte>(x + group * taps);
      (addGroup(column, group, ofSums.widthTap, ofSums.sums), ...);
    }
    OCTAVO_UNROLL
    for (const uint8_t*& line : x) line += xPixel;
  };
  struct Use {
    size_t widthTap;
    Sums& sums;
  };

  // Sums begin at what turns Σ x · w into Σ (x − zero point) · w; padding adds the zero point to them.
  Sums padding[3], start = Sums::zeros();
  OCTAVO_UNROLL
  for (size_t widthTap = 0; widthTap < 3; ++widthTap) {
    padding[widthTap] = Sums::zeros();
    OCTAVO_UNROLL
    for (size_t group = 0; group < groups; ++group) {
      addGroup(DepthwiseColumn::broadcast(work.zeroPoint), group, widthTap, padding[widthTap]);
    }
    start = start - padding[widthTap];
  }

  Sums current = start, next = start, last = start;
  const auto finish = [&]() __attribute__((always_inline)) {
    round.store(current, y);
    OCTAVO_UNROLL
    for (uint8_t*& row : y) row += yPixel;
    current = next;
    if constexpr (Step == 1) next = last;
  };
  if (work.padsLeft) current = current + padding[0];
  else addColumn(Use{0, current});
  const size_t whole = work.outputs - work.padsRight;
  if constexpr (Step == 1) {
    addColumn(Use{1, current}, Use{0, next});
    for (size_t u = 0; u < whole; ++u) {
      last = start;
      addColumn(Use{2, current}, Use{1, next}, Use{0, last});
      finish();
    }
  } else {
    for (size_t u = 0; u < whole; ++u) {
      next = start;
      addColumn(Use{1, current});
      addColumn(Use{2, current}, Use{0, next});
      finish();
    }
    if (work.padsRight) addColumn(Use{1, current});
  }
  if (!work.padsRight) return;
  current = current + padding[2];
  finish();
}

/** The column of x that the last result of a row reads last. */
inline int32_t lastColumn(const ConvShape& s) {
  return (s.outSize.width - 1) * s.stride.width + 2 - s.padding.width;
}

/** One call; pieces of it are `ColumnWork`. */
template <size_t Step, typename Byte>
class ColumnConv {
  static constexpr size_t block = DepthwiseColumn::channels, together = DepthwiseTaps::together;
  const ConvCall& call;
  const ConvShape& shape;
  const size_t channels, inWidth, outWidth;
  const uint8_t zeroPoint;
  /** A line of padding. */
  const Workspace<uint8_t> outside;

 public:
  explicit ColumnConv(const ConvCall& of)
      : call(of),
        shape(of.shape),
        channels(size_t(of.shape.outChannels)),
        inWidth(size_t(of.shape.inSize.width)),
        outWidth(size_t(of.shape.outSize.width)),
        zeroPoint(uint8_t(of.x.zero - of.x.flip)),
        outside(inWidth * channels) {
    std::memset(outside.data(), zeroPoint, inWidth * channels);
  }

  void run() const {
    const size_t height = size_t(shape.outSize.height), bands = divideUp(height, 2);
    const size_t grain = grainOf(depthwiseTaskProducts, uint64_t(2 * 9) * outWidth * channels);
    parallelForEvenly(size_t(shape.batch) * bands, grain, [&](size_t begin, size_t end) {
      for (size_t band = begin; band < end; ++band) {
        const size_t image = band / bands, row = band % bands * 2;
        if (row + 2 <= height) bandOf<2>(image, row);
        else bandOf<1>(image, row);
      }
    });
  }

 private:
  template <size_t Rows>
  void bandOf(size_t image, size_t firstRow) const {
    constexpr size_t lines = ColumnWork<Step, Rows>::lines;
    const uint8_t* const source = call.x.data + image * shape.inSize.volume() * channels;
    const uint8_t* x[lines];
    for (size_t i = 0; i < lines; ++i) {
      const ptrdiff_t line = ptrdiff_t(firstRow * Step + i) - shape.padding.height;
      const bool inside = line >= 0 && line < shape.inSize.height;
      x[i] = inside ? source + size_t(line) * inWidth * channels : outside.data();
    }
    uint8_t* const y = call.y + (image * shape.outSize.volume() + firstRow * outWidth) * channels;
    size_t channel = 0;
    for (; channel + block <= channels; channel += block) {
      slide<Rows>(channel, x, channel, channels, y + channel, outWidth * channels, channels);
    }
    const size_t rest = channels - channel;
    if (rest == 0) return;
    // Copies with whole blocks.
    const Workspace<uint8_t> copies(lines * inWidth * block), results(Rows * outWidth * block);
    const uint8_t* copied[lines];
    for (size_t i = 0; i < lines; ++i) {
      uint8_t* const to = copies.data() + i * inWidth * block;
      for (size_t u = 0; u < inWidth; ++u) std::memcpy(to + u * block, x[i] + u * channels + channel, rest);
      copied[i] = to;
    }
    slide<Rows>(channel, copied, 0, block, results.data(), outWidth * block, block);
    for (size_t u = 0; u < Rows * outWidth; ++u) {
      std::memcpy(y + u * channels + channel, results.data() + u * block, rest);
    }
  }

  template <size_t Rows>
  void slide(size_t channel, const uint8_t* const* x, size_t offset, size_t xPixel, uint8_t* y, size_t yRow,
             size_t yPixel) const {
    ColumnWork<Step, Rows> work;
    for (size_t i = 0; i < work.lines; ++i) work.x[i] = x[i] + offset;
    for (size_t r = 0; r < Rows; ++r) work.y[r] = y + r * yRow;
    work.xPixel = xPixel;
    work.yPixel = yPixel;
    work.outputs = outWidth;
    work.padsLeft = shape.padding.width > 0;
    work.padsRight = lastColumn(shape) == shape.inSize.width;
    work.zeroPoint = int16_t(Byte(zeroPoint));
    const int16_t* phase = call.packedAs<int16_t>();
    for (size_t i = 0; i < together; ++i) {
      const size_t elements = 3 * divideUp(i + 3, together) * together;
      work.weights[i] = phase + channel * elements;
      phase += roundUp(channels, block) * elements;
    }
    slideColumns<Step, Rows, Byte>(work, call.requantizer.from(channel));
  }
};

/** Filters of 3 × 3 that move by 1 or 2, with at most one column of padding on each side. */
struct ColumnsMethod : DepthwiseMethod {
  static constexpr const char* name = "depthwise columns";
  static bool takes(const ConvFacts& facts) {
    const ConvShape& s = facts.shape;
    const bool flat = s.inSize.depth == 1 && s.outSize.depth == 1 && s.padding.depth == 0;
    const bool filter = s.kernel.depth == 1 && s.kernel.height == 3 && s.kernel.width == 3 &&
                        s.dilation.height == 1 && s.dilation.width == 1;
    const bool step = s.stride.height == s.stride.width && s.stride.width <= 2;
    return isDepthwise(s) && flat && filter && step && s.padding.width <= 1 && lastColumn(s) <= s.inSize.width;
  }
  static void run(const ConvCall& call) {
    // Columns add float biases only; qnnpack's are rare.
    if (call.requantizer.instead) return DepthwiseMethod::run(call);
    if (call.shape.stride.width == 1) runSteps<1>(call);
    else runSteps<2>(call);
  }

 private:
  template <size_t Step>
  static void runSteps(const ConvCall& call) {
    if (call.x.flip) ColumnConv<Step, int8_t>(call).run();
    else ColumnConv<Step, uint8_t>(call).run();
  }
};

}  // namespace octavo::OCTAVO_ISA
