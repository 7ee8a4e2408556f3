#pragma once
#include "byte-table.h"
#include "dot.h"

// The instruction set `scalar`, and the meaning of the operations that every dot-*.h declares.
namespace octavo::OCTAVO_ISA {

using Vector = Scalar;
using IntVector = ScalarInt;

/**
 * Operand of a dot product: `depth` consecutive int16 for each column, one column for each lane of the sum.
 */
struct Dot {
  static constexpr size_t depth = 1;
  int16_t v;
  static Dot load(const int16_t* p) { return {*p}; }
  /** The same `depth` values for every column. */
  static Dot broadcast(const int16_t* p) { return {*p}; }
};
/** sum + Σ a · b over the depth; the products fit in int32, sums wrap around. */
inline ScalarInt dot(Dot a, Dot b, ScalarInt sum) { return sum + ScalarInt{a.v * b.v}; }

/** int16 lanes, which wrap around. */
struct ShortVector {
  static constexpr size_t width = 1;
  int16_t v;
  static ShortVector load(const int8_t* p) { return {*p}; }
  /** (byte ^ flip) − zero; `flip` 0x80 makes a signed byte unsigned, 128 higher. */
  static ShortVector centred(const uint8_t* p, uint8_t flip, int16_t zero) {
    return {int16_t((*p ^ flip) - zero)};
  }
  void store(int16_t* p) const { *p = v; }
};
/** `Dot::load` of int8. */
inline Dot widen(const int8_t* p) { return {ShortVector::load(p).v}; }
inline ShortVector operator+(ShortVector a, ShortVector b) { return {int16_t(a.v + b.v)}; }
inline ShortVector operator-(ShortVector a, ShortVector b) { return {int16_t(a.v - b.v)}; }
inline ShortVector operator*(ShortVector a, int16_t b) { return {int16_t(a.v * b)}; }
inline ShortVector shiftLeft(ShortVector a, int bits) { return {int16_t(a.v * (1 << bits))}; }

/** For runs too short for a `ShortVector`: as many shorts, or fewer. */
using FewShorts = ShortVector;

/** Products of channels with their own weights, of taps in `taps` neighbouring rows at once. */
struct DepthwiseDot {
  static constexpr size_t taps = 1, channels = 1;
  /** Where the weights of a channel lie among the `channels`: at weights + position · taps. */
  static constexpr size_t position(size_t channel) { return channel; }
  /** `channels` of `taps` rows as `accumulate` reads them, centred; zeros for a row that is null (only if taps > 1). */
  static void arrange(const uint8_t* const* rows, uint8_t flip, int16_t zero, int16_t* to) {
    ShortVector::centred(rows[0], flip, zero).store(to);
  }
  /** sum += Σ x · weights over the taps, by position. */
  static void accumulate(const int16_t* x, const int16_t* weights, ScalarInt* sum) {
    sum[0].v += x[0] * weights[0];
  }
  /** From positions to channels. */
  static void inOrder(ScalarInt*) {}
};

/** The channels of a `DepthwiseDot` of one pixel in `DepthwiseDot::taps` neighbouring lines, not centred. */
struct DepthwiseColumn {
  static constexpr size_t channels = DepthwiseDot::channels;
  /** Vectors of sums, and of weights. */
  static constexpr size_t vectors = 1;
  int16_t v;
  /** `Byte` is uint8_t or int8_t: what the bytes are. */
  template <typename Byte>
  static DepthwiseColumn load(const uint8_t* const* lines) {
    return {Byte(*lines[0])};
  }
  static DepthwiseColumn broadcast(int16_t x) { return {x}; }
  /** sum += Σ x · weights over the lines. */
  void accumulate(const Dot* weights, ScalarInt* sum) const { sum[0] = dot({v}, weights[0], sum[0]); }
  /** Vectors of the channels' constants, brought into the order of the sums. */
  static void arrange(Vector*) {}
};

/** (byte ^ flip) + raisedBy of four vectors of bytes, in the order of `ByteRounder::storeFour`. */
inline void loadRaised(const uint8_t* from, uint8_t flip, Vector* to) {
  for (size_t i = 0; i < 4; ++i) to[i] = {raisedBy + float(from[i] ^ flip)};
}

/** clamp(rne(value) + zeroPoint, low, high), as bytes. */
class ByteRounder {
  float low, high;
  int32_t zeroPoint;

 public:
  /** Whether conversion to int32 saturates; if not, `store` and `storeColumn` take values below 2³¹ only. */
  static constexpr bool saturates = true;

  ByteRounder(int32_t zero, int32_t smallest, int32_t largest)
      : low(float(smallest - zero)), high(float(largest - zero)), zeroPoint(zero) {}

  /** Two vectors from `a` and two from `b`, to different places. */
  void store(const Vector* a, uint8_t* toA, const Vector* b, uint8_t* toB) const {
    for (size_t i = 0; i < 2; ++i) {
      toA[i] = byte(a[i]);
      toB[i] = byte(b[i]);
    }
  }

  /** Four vectors as `loadRaised` orders them. */
  void storeFour(const Vector* v, uint8_t* to) const { store(v, to, v + 2, to + 2); }

  /** The vectors of a `DepthwiseColumn` from each of `a` and `b`. */
  void storeColumn(const Vector* a, uint8_t* toA, const Vector* b, uint8_t* toB) const {
    *toA = byte(a[0]);
    *toB = byte(b[0]);
  }

 private:
  uint8_t byte(Scalar value) const {
    const Scalar clamped = smaller(Scalar{high}, larger(Scalar{low}, roundEven(value)));
    return uint8_t(toInt(clamped).v + zeroPoint);
  }
};

}  // namespace octavo::OCTAVO_ISA
