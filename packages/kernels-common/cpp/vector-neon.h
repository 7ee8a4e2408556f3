#pragma once
#include <arm_neon.h>

#include "vector-scalar.h"

// NEON (64-bit ARM): 4 lanes. See vector-scalar.h for what each operation means.
namespace octavo::OCTAVO_ISA {

struct Mask {
  uint32x4_t v;
};
inline Mask operator&(Mask a, Mask b) { return {vandq_u32(a.v, b.v)}; }
inline Mask operator|(Mask a, Mask b) { return {vorrq_u32(a.v, b.v)}; }
inline bool any(Mask m) { return vmaxvq_u32(m.v) != 0; }

struct Vector {
  static constexpr size_t width = 4;
  float32x4_t v;
  static Vector load(const float* p) { return {vld1q_f32(p)}; }
  static Vector broadcast(float x) { return {vdupq_n_f32(x)}; }
  void store(float* p) const { vst1q_f32(p, v); }
};
inline Vector operator+(Vector a, Vector b) { return {vaddq_f32(a.v, b.v)}; }
inline Vector operator-(Vector a, Vector b) { return {vsubq_f32(a.v, b.v)}; }
inline Vector operator*(Vector a, Vector b) { return {vmulq_f32(a.v, b.v)}; }
inline Vector operator/(Vector a, Vector b) { return {vdivq_f32(a.v, b.v)}; }
inline Mask operator<(Vector a, Vector b) { return {vcltq_f32(a.v, b.v)}; }
inline Mask operator<=(Vector a, Vector b) { return {vcleq_f32(a.v, b.v)}; }
inline Mask operator>(Vector a, Vector b) { return {vcgtq_f32(a.v, b.v)}; }
inline Mask operator>=(Vector a, Vector b) { return {vcgeq_f32(a.v, b.v)}; }
inline Mask operator==(Vector a, Vector b) { return {vceqq_f32(a.v, b.v)}; }
inline Mask isNaN(Vector a) { return {vmvnq_u32(vceqq_f32(a.v, a.v))}; }
inline Vector select(Mask m, Vector a, Vector b) { return {vbslq_f32(m.v, a.v, b.v)}; }
inline Vector keep(Mask m, Vector a) {
  return {vreinterpretq_f32_u32(vandq_u32(m.v, vreinterpretq_u32_f32(a.v)))};
}
inline Vector larger(Vector a, Vector b) { return select(a > b, a, b); }
inline Vector smaller(Vector a, Vector b) { return select(a < b, a, b); }
inline Vector roundEven(Vector a) { return {vrndnq_f32(a.v)}; }
inline Vector floor(Vector a) { return {vrndmq_f32(a.v)}; }
inline Vector squareRoot(Vector a) { return {vsqrtq_f32(a.v)}; }
inline Vector absolute(Vector a) { return {vabsq_f32(a.v)}; }
inline Vector negate(Vector a) { return {vnegq_f32(a.v)}; }

struct IntVector {
  int32x4_t v;
  static IntVector load(const int32_t* p) { return {vld1q_s32(p)}; }
  static IntVector load(const uint8_t* p) {
    return {vreinterpretq_s32_u32(vmovl_u16(vget_low_u16(vmovl_u8(vcreate_u8(uint32_t(fourBytes(p)))))))};
  }
  static IntVector load(const int8_t* p) {
    return {vmovl_s16(vget_low_s16(vmovl_s8(vcreate_s8(uint32_t(fourBytes(p))))))};
  }
  static IntVector broadcast(int32_t x) { return {vdupq_n_s32(x)}; }
  void store(int32_t* p) const { vst1q_s32(p, v); }
  void store(uint8_t* p) const {
    const uint32_t bits = lowBytes();
    std::memcpy(p, &bits, 4);
  }
  void store(int8_t* p) const { store(reinterpret_cast<uint8_t*>(p)); }

 private:
  /** The low byte of each lane, in order. */
  uint32_t lowBytes() const {
    const int16x4_t halves = vmovn_s32(v);
    return vget_lane_u32(vreinterpret_u32_s8(vmovn_s16(vcombine_s16(halves, halves))), 0);
  }
};
inline IntVector operator+(IntVector a, IntVector b) { return {vaddq_s32(a.v, b.v)}; }
inline IntVector operator-(IntVector a, IntVector b) { return {vsubq_s32(a.v, b.v)}; }
inline IntVector operator*(IntVector a, int32_t b) { return {vmulq_n_s32(a.v, b)}; }
inline IntVector shiftLeft(IntVector a, int bits) { return {vshlq_s32(a.v, vdupq_n_s32(bits))}; }
inline IntVector shiftRight(IntVector a, int bits) { return {vshlq_s32(a.v, vdupq_n_s32(-bits))}; }
inline Vector toFloat(IntVector a) { return {vcvtq_f32_s32(a.v)}; }
inline IntVector toInt(Vector a) { return {vcvtq_s32_f32(a.v)}; }

template <> struct IntOf<Vector> { using type = IntVector; };

}  // namespace octavo::OCTAVO_ISA
