#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>

// One lane, in plain C++: the remainders of vector loops, the meaning of every primitive operation, and the whole
// instruction set `scalar`. Each vector-*.h offers the same names for its own width, lane by lane the same bits.
namespace octavo::OCTAVO_ISA {

/** Four bytes, as they lie in memory. */
inline int32_t fourBytes(const void* p) {
  int32_t four;
  std::memcpy(&four, p, sizeof(four));
  return four;
}

struct ScalarMask {
  bool v;
};
inline ScalarMask operator&(ScalarMask a, ScalarMask b) { return {a.v && b.v}; }
inline ScalarMask operator|(ScalarMask a, ScalarMask b) { return {a.v || b.v}; }
inline bool any(ScalarMask m) { return m.v; }

struct Scalar {
  static constexpr size_t width = 1;
  float v;
  static Scalar load(const float* p) { return {*p}; }
  static Scalar broadcast(float x) { return {x}; }
  void store(float* p) const { *p = v; }
};
inline Scalar operator+(Scalar a, Scalar b) { return {a.v + b.v}; }
inline Scalar operator-(Scalar a, Scalar b) { return {a.v - b.v}; }
inline Scalar operator*(Scalar a, Scalar b) { return {a.v * b.v}; }
inline Scalar operator/(Scalar a, Scalar b) { return {a.v / b.v}; }
/** a > b ? a : b, so `b` where either is NaN or both are zero. */
inline Scalar larger(Scalar a, Scalar b) { return {a.v > b.v ? a.v : b.v}; }
/** a < b ? a : b, so `b` where either is NaN or both are zero. */
inline Scalar smaller(Scalar a, Scalar b) { return {a.v < b.v ? a.v : b.v}; }
/** Round half to even; keeps the sign of zero. */
inline Scalar roundEven(Scalar a) { return {__builtin_rintf(a.v)}; }
inline Scalar floor(Scalar a) { return {__builtin_floorf(a.v)}; }
inline Scalar squareRoot(Scalar a) { return {__builtin_sqrtf(a.v)}; }
inline Scalar absolute(Scalar a) { return {__builtin_fabsf(a.v)}; }
inline Scalar negate(Scalar a) { return {-a.v}; }
inline ScalarMask operator<(Scalar a, Scalar b) { return {a.v < b.v}; }
inline ScalarMask operator<=(Scalar a, Scalar b) { return {a.v <= b.v}; }
inline ScalarMask operator>(Scalar a, Scalar b) { return {a.v > b.v}; }
inline ScalarMask operator>=(Scalar a, Scalar b) { return {a.v >= b.v}; }
inline ScalarMask operator==(Scalar a, Scalar b) { return {a.v == b.v}; }
inline ScalarMask isNaN(Scalar a) { return {a.v != a.v}; }
inline Scalar select(ScalarMask m, Scalar a, Scalar b) { return m.v ? a : b; }
/** a where the mask is set, else +0. */
inline Scalar keep(ScalarMask m, Scalar a) { return {m.v ? a.v : 0.0f}; }

struct ScalarInt {
  int32_t v;
  static ScalarInt load(const int32_t* p) { return {*p}; }
  static ScalarInt load(const uint8_t* p) { return {*p}; }
  static ScalarInt load(const int8_t* p) { return {*p}; }
  static ScalarInt broadcast(int32_t x) { return {x}; }
  void store(int32_t* p) const { *p = v; }
  /** To 8 bits; the value fits. */
  void store(uint8_t* p) const { *p = static_cast<uint8_t>(v); }
  void store(int8_t* p) const { *p = static_cast<int8_t>(v); }
};
inline ScalarInt operator+(ScalarInt a, ScalarInt b) { return {int32_t(uint32_t(a.v) + uint32_t(b.v))}; }
inline ScalarInt operator-(ScalarInt a, ScalarInt b) { return {int32_t(uint32_t(a.v) - uint32_t(b.v))}; }
inline ScalarInt operator*(ScalarInt a, int32_t b) { return {int32_t(uint32_t(a.v) * uint32_t(b))}; }
inline ScalarInt shiftLeft(ScalarInt a, int bits) { return {int32_t(uint32_t(a.v) << bits)}; }
/** Rounds down. */
inline ScalarInt shiftRight(ScalarInt a, int bits) { return {a.v >> bits}; }
/** Rounded half to even. */
inline Scalar toFloat(ScalarInt a) { return {static_cast<float>(a.v)}; }
/** Of an integral value within int32. */
inline ScalarInt toInt(Scalar a) { return {static_cast<int32_t>(a.v)}; }

/** The integer vector that belongs to a float vector. */
template <typename V> struct IntOf;
template <> struct IntOf<Scalar> { using type = ScalarInt; };
template <typename V> using Int = typename IntOf<V>::type;

}  // namespace octavo::OCTAVO_ISA
