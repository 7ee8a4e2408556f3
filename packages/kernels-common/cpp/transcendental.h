#pragma once
#include <cstdint>

// Functions of float32 values, evaluated in float64 to a few 1e-15 and rounded once by the caller, as the TypeScript
// reference does with Math.*: own code rather than the C library's, so that every build gives the same bits. All are
// straight lines of arithmetic (exceptions at the end), which compilers vectorise.

/** In WebAssembly, where bytes are downloaded, a long function stays one; elsewhere it is part of loops that compilers vectorise. */
#if defined(__wasm__)
#define OCTAVO_APART [[gnu::noinline]]
#else
#define OCTAVO_APART
#endif

namespace octavo::OCTAVO_ISA {

constexpr double ln2High = 0x1.62e42fefa0000p-1, ln2Low = 0x1.cf79abc9e3b39p-40;

inline double fromBits(uint64_t bits) { return __builtin_bit_cast(double, bits); }
inline uint64_t toBits(double value) { return __builtin_bit_cast(uint64_t, value); }

inline double polynomial(double, double last) { return last; }
/** first + next · x + … */
template <typename... Rest>
inline double polynomial(double x, double first, Rest... rest) { return polynomial(x, rest...) * x + first; }

/** e^x = scale · (1 + fraction), |fraction| < 0.42; NaN in fraction. Beyond the ends of float64's normal numbers 0 and ∞, nearly. */
struct Exponential {
  double fraction, scale;
};

inline Exponential splitExponential(double x) {
  // Least and largest results are 3e-308, which rounds to 0 in float32, and ∞. NaN fails both comparisons and stays.
  x = x < -708.0 ? -708.0 : x;
  x = x > 709.4 ? 710.0 : x;
  // Adding 1.5 · 2^52 rounds to an integer, which then stands in the low bits.
  constexpr double magic = 0x1.8p52;
  const double shifted = x * 0x1.71547652b82fep0 + magic;
  const double power = shifted - magic;
  const double r = (x - power * ln2High) - power * ln2Low;
  // (e^r − 1 − r) / r², the polynomial of degree 8 that is nearest for |r| ≤ ln 2 / 2 (Remez): e^r is at most 3e-16 off. In
  // Estrin's order, where a processor need not wait for each step: a fifth faster than Horner's.
  const double r2 = r * r, r4 = r2 * r2;
  const double first = (0x1.ffffffffffed2p-2 + 0x1.55555555507c5p-3 * r) + (0x1.55555555890c0p-5 + 0x1.11111125b3e54p-7 * r) * r2;
  const double next = (0x1.6c16c0c831c81p-10 + 0x1.a0198d58598afp-13 * r) + (0x1.a01b7c4df4dcbp-16 + 0x1.72e91af343d7bp-19 * r) * r2;
  const double p = first + (next + 0x1.2707a76dfb4a9p-22 * r4) * r4;
  // 2^power by its exponent: the integer is the distance of the bit patterns. Of 1024 it makes ∞.
  return {r + r2 * p, fromBits((toBits(shifted) - toBits(magic) + 1023) << 52)};
}

inline double exponential(double x) {
  const Exponential e = splitExponential(x);
  return (1.0 + e.fraction) * e.scale;
}

/** e^x − 1. */
inline double exponentialMinusOne(double x) {
  const Exponential e = splitExponential(x);
  return e.fraction * e.scale + (e.scale - 1.0);
}

/** log(x): −∞ at 0, NaN below. `x` is 0 or at least 2^−1022. */
inline double logarithm(double x) {
  // Exponent such that the mantissa lies in [√½, √2), counted from −1024 so that it is positive: 0x3fe6a09e667f3bcd is √½.
  const uint64_t bits = toBits(x);
  const uint64_t exponent = (bits - 0x3fe6a09e667f3bcdu + (uint64_t(1024) << 52)) >> 52;
  const double m = fromBits(bits - ((exponent - 1024) << 52));
  // An integer below 2^52 becomes a float64 by the bits of 2^52.
  const double power = fromBits(toBits(0x1p52) | exponent) - (0x1p52 + 1024.0);
  // log m = 2 atanh(s), s = (m − 1) / (m + 1), |s| < 0.172: series to s^23.
  const double f = m - 1.0;
  const double s = f / (2.0 + f);
  const double z = s * s;
  double p = 2.0 / 23.0;
  p = p * z + 2.0 / 21.0;
  p = p * z + 2.0 / 19.0;
  p = p * z + 2.0 / 17.0;
  p = p * z + 2.0 / 15.0;
  p = p * z + 2.0 / 13.0;
  p = p * z + 2.0 / 11.0;
  p = p * z + 2.0 / 9.0;
  p = p * z + 2.0 / 7.0;
  p = p * z + 2.0 / 5.0;
  p = p * z + 2.0 / 3.0;
  double result = power * ln2High + (2.0 * s + (s * z * p + power * ln2Low));
  result = x == 0.0 ? -__builtin_inf() : result;
  result = x == __builtin_inf() ? x : result;
  return x >= 0.0 ? result : __builtin_nan("");
}

/** log(1 + u), u ≥ 0 or NaN: the rounding of 1 + u is put back to first order. */
inline double logarithmOnePlus(double u) {
  const double w = 1.0 + u;
  const double correction = u > 1e300 ? 0.0 : (u - (w - 1.0)) / w;
  return logarithm(w) + correction;
}

inline double hyperbolicTangent(double x) {
  const double size = __builtin_fabs(x);
  const double e = exponentialMinusOne(2.0 * (size > 30.0 ? 30.0 : size));
  return __builtin_copysign(e / (e + 2.0), x);
}

inline double sigmoid(double x) { return 1.0 / (1.0 + exponential(-x)); }

/** log(1 + e^x). */
inline double softplus(double x) {
  return (x > 0.0 ? x : x != x ? x : 0.0) + logarithmOnePlus(exponential(-__builtin_fabs(x)));
}

/**
 * erfc(x) = 1 − erf(x). For a = |x|, (1 + 2a) e^{a²} erfc(a) is nearly a polynomial in (a − 4) / (a + 4) (Shepherd & Laframboise
 * 1981): of degree 18 at most 3e-16 off up to a = 9.6, beyond which results round to 0. Coefficients have the bits that count.
 */
OCTAVO_APART inline double complementaryError(double x) {
  const double size = __builtin_fabs(x), s = 1.0 - 8.0 / (size + 4.0);
  const double p = polynomial(s, 0x1.3ba5916e9fd7fp+0, -0x1.1df1ad154a275p-3, 0x1.f7f5df6700c1dp-7, 0x1.16ecefcfa2e08p-4,
                              -0x1.9ddb23c40672p-4, 0x1.7fee004e7ef56p-4, -0x1.0fb06dfad5b74p-4, 0x1.3079ede75d512p-5,
                              -0x1.09623965bd02ep-6, 0x1.49c675c3ecec8p-8, -0x1.8d499002a135p-11, -0x1.a1dea72ed1p-13,
                              0x1.3bca2b4774cp-13, -0x1.9a09b85efbcp-16, -0x1.752ab8ff56p-17, 0x1.8d090f9f89p-18,
                              0x1.3e16563c3p-22, -0x1.321fcb4907p-20, -0x1.122cb57a5p-22);
  const double tail = p / (1.0 + 2.0 * size) * exponential(-size * size);
  return x < 0.0 ? 2.0 - tail : tail;
}

/** a^b as Math.pow. */
inline double power(double a, double b) {
  if (b == 0.0) return 1.0;
  const double result = exponential(b * logarithm(__builtin_fabs(a)));
  const bool negative = toBits(a) >> 63;
  if (!negative) return result;
  if (b != __builtin_rint(b)) return a == 0.0 || a == -__builtin_inf() ? result : __builtin_nan("");
  const double half = 0.5 * b;
  return half != __builtin_rint(half) ? -result : result;
}

}  // namespace octavo::OCTAVO_ISA
