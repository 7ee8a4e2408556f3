#pragma once
#include "dot.h"

// AVX2 with FMA. See dot-scalar.h for what each operation means.
namespace octavo::OCTAVO_ISA {

inline Vector multiplyAdd(Vector a, Vector b, Vector c) { return {_mm256_fmadd_ps(a.v, b.v, c.v)}; }

inline __m256i load256(const int16_t* p) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)); }

struct Dot {
  static constexpr size_t depth = 2;
  __m256i v;
  static Dot load(const int16_t* p) { return {load256(p)}; }
  static Dot broadcast(const int16_t* p) {
    int32_t pair;
    std::memcpy(&pair, p, sizeof(pair));
    return {_mm256_set1_epi32(pair)};
  }
};
inline IntVector dot(Dot a, Dot b, IntVector sum) {
  return {_mm256_add_epi32(sum.v, _mm256_madd_epi16(a.v, b.v))};
}

inline void store256(int16_t* p, __m256i v) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), v); }

struct ShortVector {
  static constexpr size_t width = 16;
  __m256i v;
  static ShortVector load(const int8_t* p) {
    return {_mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)))};
  }
  static ShortVector centred(const uint8_t* p, uint8_t flip, int16_t zero) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const __m128i flipped = _mm_xor_si128(bytes, _mm_set1_epi8(char(flip)));
    return {_mm256_sub_epi16(_mm256_cvtepu8_epi16(flipped), _mm256_set1_epi16(zero))};
  }
  void store(int16_t* p) const { store256(p, v); }
};
inline ShortVector operator+(ShortVector a, ShortVector b) { return {_mm256_add_epi16(a.v, b.v)}; }
inline ShortVector operator-(ShortVector a, ShortVector b) { return {_mm256_sub_epi16(a.v, b.v)}; }
inline ShortVector operator*(ShortVector a, int16_t b) { return {_mm256_mullo_epi16(a.v, _mm256_set1_epi16(b))}; }
inline ShortVector shiftLeft(ShortVector a, int bits) { return {_mm256_slli_epi16(a.v, bits)}; }

constexpr size_t centreWidth = 16;
inline void centre(const uint8_t* from, uint8_t flip, int16_t zero, int16_t* to) {
  ShortVector::centred(from, flip, zero).store(to);
}

constexpr size_t centreLeast = 8;
inline void centreFew(const uint8_t* from, uint8_t flip, int16_t zero, int16_t* to) {
  const __m128i bytes = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(from));
  const __m128i wide = _mm_cvtepu8_epi16(_mm_xor_si128(bytes, _mm_set1_epi8(char(flip))));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm_sub_epi16(wide, _mm_set1_epi16(zero)));
}

struct DepthwiseDot {
  static constexpr size_t taps = 2, channels = 16;
  // Unpacking works within halves of a register: the low results hold channels 0–3 and 8–11.
  static constexpr size_t position(size_t channel) {
    return (channel & 3) + (channel & 4) * 2 + (channel & 8) / 2;
  }
  static void arrange(const uint8_t* const* rows, uint8_t flip, int16_t zero, int16_t* to) {
    const __m256i first = rows[0] ? ShortVector::centred(rows[0], flip, zero).v : _mm256_setzero_si256();
    const __m256i second = rows[1] ? ShortVector::centred(rows[1], flip, zero).v : _mm256_setzero_si256();
    store256(to, _mm256_unpacklo_epi16(first, second));
    store256(to + 16, _mm256_unpackhi_epi16(first, second));
  }
  static void accumulate(const int16_t* x, const int16_t* weights, IntVector* sum) {
    sum[0] = dot(Dot::load(x), Dot::load(weights), sum[0]);
    sum[1] = dot(Dot::load(x + 16), Dot::load(weights + 16), sum[1]);
  }
  static void inOrder(IntVector* sum) {
    const __m256i low = sum[0].v, high = sum[1].v;
    sum[0].v = _mm256_permute2x128_si256(low, high, 0x20);
    sum[1].v = _mm256_permute2x128_si256(low, high, 0x31);
  }
};

struct DepthwiseColumn {
  static constexpr size_t channels = DepthwiseDot::channels, vectors = 2;
  // In the order of `DepthwiseDot::position`.
  __m256i low, high;
  template <typename Byte>
  static DepthwiseColumn load(const uint8_t* const* lines) {
    const __m256i first = wide<Byte>(lines[0]), second = wide<Byte>(lines[1]);
    return {_mm256_unpacklo_epi16(first, second), _mm256_unpackhi_epi16(first, second)};
  }
  static DepthwiseColumn broadcast(int16_t x) { return {_mm256_set1_epi16(x), _mm256_set1_epi16(x)}; }
  void accumulate(const Dot* weights, IntVector* sum) const {
    sum[0] = dot({low}, weights[0], sum[0]);
    sum[1] = dot({high}, weights[1], sum[1]);
  }
  static void arrange(Vector* v) {
    const __m256 first = v[0].v, second = v[1].v;
    v[0].v = _mm256_permute2f128_ps(first, second, 0x20);
    v[1].v = _mm256_permute2f128_ps(first, second, 0x31);
  }

 private:
  template <typename Byte>
  static __m256i wide(const uint8_t* p) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    return Byte(-1) < 0 ? _mm256_cvtepi8_epi16(bytes) : _mm256_cvtepu8_epi16(bytes);
  }
};

class ByteRounder {
  __m256 high;
  __m256i aboveLow, low;

 public:
  ByteRounder(int32_t zeroPoint, int32_t smallest, int32_t largest)
      : high(_mm256_set1_ps(float(largest - zeroPoint))),
        aboveLow(_mm256_set1_epi16(int16_t(zeroPoint - smallest))),
        low(_mm256_set1_epi8(char(smallest))) {}

  void store(const Vector* a, uint8_t* toA, const Vector* b, uint8_t* toB) const {
    const __m256i bytes = _mm256_add_epi8(_mm256_packus_epi16(narrow(a), narrow(b)), low);
    // Packing works within halves of a register, too.
    const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    const __m256i inOrder = _mm256_permutevar8x32_epi32(bytes, order);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(toA), _mm256_castsi256_si128(inOrder));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(toB), _mm256_extracti128_si256(inOrder, 1));
  }

  void storeColumn(const Vector* a, uint8_t* toA, const Vector* b, uint8_t* toB) const {
    // Packing undoes what unpacking in `DepthwiseColumn` did.
    const __m256i bytes = _mm256_add_epi8(_mm256_packus_epi16(narrow(a), narrow(b)), low);
    const __m256i apart = _mm256_permute4x64_epi64(bytes, _MM_SHUFFLE(3, 1, 2, 0));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(toA), _mm256_castsi256_si128(apart));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(toB), _mm256_extracti128_si256(apart, 1));
  }

 private:
  /** What is far below becomes the least int32, stays far below, and ends as 0. */
  __m256i narrow(const Vector* v) const {
    const __m256i first = _mm256_cvtps_epi32(_mm256_min_ps(v[0].v, high));
    const __m256i second = _mm256_cvtps_epi32(_mm256_min_ps(v[1].v, high));
    return _mm256_adds_epi16(_mm256_packs_epi32(first, second), aboveLow);
  }
};

}  // namespace octavo::OCTAVO_ISA
