#pragma once
#include "byte-table-neon.h"
#include "dot.h"

// NEON (64-bit ARM). See dot-scalar.h for what each operation means.
namespace octavo::OCTAVO_ISA {

inline Vector multiplyAdd(Vector a, Vector b, Vector c) { return {vfmaq_f32(c.v, a.v, b.v)}; }

struct Dot {
  static constexpr size_t depth = 1;
  int16x4_t v;
  static Dot load(const int16_t* p) { return {vld1_s16(p)}; }
  static Dot broadcast(const int16_t* p) { return {vld1_dup_s16(p)}; }
};
inline IntVector dot(Dot a, Dot b, IntVector sum) { return {vmlal_s16(sum.v, a.v, b.v)}; }

/** Four bytes for each column, for the sets that multiply them. */
struct ByteOperand {
  static constexpr size_t depth = 4;
  uint8x16_t v;
  static ByteOperand load(const uint8_t* p) { return {vld1q_u8(p)}; }
  static ByteOperand broadcast(const uint8_t* p) { return {vreinterpretq_u8_s32(vdupq_n_s32(fourBytes(p)))}; }
};

struct ShortVector {
  static constexpr size_t width = 8;
  int16x8_t v;
  static ShortVector load(const int8_t* p) { return {vmovl_s8(vld1_s8(p))}; }
  static ShortVector centred(const uint8_t* p, uint8_t flip, int16_t zero) {
    const uint16x8_t wide = vmovl_u8(veor_u8(vld1_u8(p), vdup_n_u8(flip)));
    return {vsubq_s16(vreinterpretq_s16_u16(wide), vdupq_n_s16(zero))};
  }
  void store(int16_t* p) const { vst1q_s16(p, v); }
};
inline Dot widen(const int8_t* p) {
  uint32_t four;
  std::memcpy(&four, p, sizeof(four));
  return {vget_low_s16(vmovl_s8(vcreate_s8(four)))};
}
inline ShortVector operator+(ShortVector a, ShortVector b) { return {vaddq_s16(a.v, b.v)}; }
inline ShortVector operator-(ShortVector a, ShortVector b) { return {vsubq_s16(a.v, b.v)}; }
inline ShortVector operator*(ShortVector a, int16_t b) { return {vmulq_n_s16(a.v, b)}; }
inline ShortVector shiftLeft(ShortVector a, int bits) { return {vshlq_s16(a.v, vdupq_n_s16(int16_t(bits)))}; }

using FewShorts = ShortVector;

struct DepthwiseDot {
  static constexpr size_t taps = 1, channels = 8;
  static constexpr size_t position(size_t channel) { return channel; }
  static void arrange(const uint8_t* const* rows, uint8_t flip, int16_t zero, int16_t* to) {
    ShortVector::centred(rows[0], flip, zero).store(to);
  }
  static void accumulate(const int16_t* x, const int16_t* weights, IntVector* sum) {
    const int16x8_t values = vld1q_s16(x), by = vld1q_s16(weights);
    sum[0].v = vmlal_s16(sum[0].v, vget_low_s16(values), vget_low_s16(by));
    sum[1].v = vmlal_high_s16(sum[1].v, values, by);
  }
  static void inOrder(IntVector*) {}
};

struct DepthwiseColumn {
  static constexpr size_t channels = DepthwiseDot::channels, vectors = 2;
  int16x8_t v;
  template <typename Byte>
  static DepthwiseColumn load(const uint8_t* const* lines) {
    const uint8x8_t bytes = vld1_u8(lines[0]);
    if constexpr (Byte(-1) < 0) return {vmovl_s8(vreinterpret_s8_u8(bytes))};
    return {vreinterpretq_s16_u16(vmovl_u8(bytes))};
  }
  static DepthwiseColumn broadcast(int16_t x) { return {vdupq_n_s16(x)}; }
  void accumulate(const Dot* weights, IntVector* sum) const {
    sum[0].v = vmlal_s16(sum[0].v, vget_low_s16(v), weights[0].v);
    sum[1].v = vmlal_s16(sum[1].v, vget_high_s16(v), weights[1].v);
  }
  static void arrange(Vector*) {}
};

/** The byte is the second of a float's bits, 0x47 the last. */
inline void loadRaised(const uint8_t* from, uint8_t flip, Vector* to) {
  const uint8x16_t bytes = veorq_u8(vld1q_u8(from), vdupq_n_u8(flip)), zeros = vdupq_n_u8(0);
  const uint16x8_t top = vdupq_n_u16(0x4700), low = vreinterpretq_u16_u8(vzip1q_u8(zeros, bytes)),
                   high = vreinterpretq_u16_u8(vzip2q_u8(zeros, bytes));
  to[0].v = vreinterpretq_f32_u16(vzip1q_u16(low, top));
  to[1].v = vreinterpretq_f32_u16(vzip2q_u16(low, top));
  to[2].v = vreinterpretq_f32_u16(vzip1q_u16(high, top));
  to[3].v = vreinterpretq_f32_u16(vzip2q_u16(high, top));
}

class ByteRounder {
  int16x8_t aboveLow;
  uint8x8_t most, low;

 public:
  static constexpr bool saturates = true;

  ByteRounder(int32_t zeroPoint, int32_t smallest, int32_t largest)
      : aboveLow(vdupq_n_s16(int16_t(zeroPoint - smallest))),
        most(vdup_n_u8(uint8_t(largest - smallest))),
        low(vdup_n_u8(uint8_t(smallest))) {}

  void store(const Vector* a, uint8_t* toA, const Vector* b, uint8_t* toB) const {
    vst1_u8(toA, bytes(a));
    vst1_u8(toB, bytes(b));
  }
  void storeFour(const Vector* v, uint8_t* to) const { store(v, to, v + 2, to + 8); }
  void storeColumn(const Vector* a, uint8_t* toA, const Vector* b, uint8_t* toB) const { store(a, toA, b, toB); }

 private:
  uint8x8_t bytes(const Vector* v) const {
    const int16x4_t first = vqmovn_s32(vcvtnq_s32_f32(v[0].v)), second = vqmovn_s32(vcvtnq_s32_f32(v[1].v));
    return vadd_u8(vmin_u8(vqmovun_s16(vqaddq_s16(vcombine_s16(first, second), aboveLow)), most), low);
  }
};

}  // namespace octavo::OCTAVO_ISA
