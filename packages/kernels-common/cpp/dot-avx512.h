#pragma once
#include "dot.h"

// AVX-512 (F, DQ, BW, VL). See dot-scalar.h for what each operation means.
namespace octavo::OCTAVO_ISA {

inline Vector multiplyAdd(Vector a, Vector b, Vector c) { return {_mm512_fmadd_ps(a.v, b.v, c.v)}; }

struct Dot {
  static constexpr size_t depth = 2;
  __m512i v;
  static Dot load(const int16_t* p) { return {_mm512_loadu_si512(p)}; }
  static Dot broadcast(const int16_t* p) {
    int32_t pair;
    std::memcpy(&pair, p, sizeof(pair));
    return {_mm512_set1_epi32(pair)};
  }
};
inline IntVector dot(Dot a, Dot b, IntVector sum) {
  return {_mm512_add_epi32(sum.v, _mm512_madd_epi16(a.v, b.v))};
}

struct ShortVector {
  static constexpr size_t width = 32;
  __m512i v;
  static ShortVector load(const int8_t* p) {
    return {_mm512_cvtepi8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)))};
  }
  static ShortVector centred(const uint8_t* p, uint8_t flip, int16_t zero) {
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
    const __m256i flipped = _mm256_xor_si256(bytes, _mm256_set1_epi8(char(flip)));
    return {_mm512_sub_epi16(_mm512_cvtepu8_epi16(flipped), _mm512_set1_epi16(zero))};
  }
  void store(int16_t* p) const { _mm512_storeu_si512(p, v); }
};
inline ShortVector operator+(ShortVector a, ShortVector b) { return {_mm512_add_epi16(a.v, b.v)}; }
inline ShortVector operator-(ShortVector a, ShortVector b) { return {_mm512_sub_epi16(a.v, b.v)}; }
inline ShortVector operator*(ShortVector a, int16_t b) { return {_mm512_mullo_epi16(a.v, _mm512_set1_epi16(b))}; }
inline ShortVector shiftLeft(ShortVector a, int bits) { return {_mm512_slli_epi16(a.v, unsigned(bits))}; }

constexpr size_t centreWidth = 32;
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
  static constexpr size_t taps = 2, channels = 32;
  // Unpacking works within quarters of a register: the low results hold the first four of every eight channels.
  static constexpr size_t position(size_t channel) {
    return (channel & 3) + (channel & 4) * 4 + (channel & 24) / 2;
  }
  static void arrange(const uint8_t* const* rows, uint8_t flip, int16_t zero, int16_t* to) {
    const __m512i first = rows[0] ? ShortVector::centred(rows[0], flip, zero).v : _mm512_setzero_si512();
    const __m512i second = rows[1] ? ShortVector::centred(rows[1], flip, zero).v : _mm512_setzero_si512();
    _mm512_storeu_si512(to, _mm512_unpacklo_epi16(first, second));
    _mm512_storeu_si512(to + 32, _mm512_unpackhi_epi16(first, second));
  }
  static void accumulate(const int16_t* x, const int16_t* weights, IntVector* sum) {
    sum[0] = dot(Dot::load(x), Dot::load(weights), sum[0]);
    sum[1] = dot(Dot::load(x + 32), Dot::load(weights + 32), sum[1]);
  }
  static void inOrder(IntVector* sum) {
    const __m512i low = sum[0].v, high = sum[1].v;
    sum[0].v = _mm512_permutex2var_epi64(low, _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11), high);
    sum[1].v = _mm512_permutex2var_epi64(low, _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15), high);
  }
};

struct DepthwiseColumn {
  static constexpr size_t channels = DepthwiseDot::channels, vectors = 2;
  // In the order of `DepthwiseDot::position`.
  __m512i low, high;
  template <typename Byte>
  static DepthwiseColumn load(const uint8_t* const* lines) {
    const __m512i first = wide<Byte>(lines[0]), second = wide<Byte>(lines[1]);
    return {_mm512_unpacklo_epi16(first, second), _mm512_unpackhi_epi16(first, second)};
  }
  static DepthwiseColumn broadcast(int16_t x) { return {_mm512_set1_epi16(x), _mm512_set1_epi16(x)}; }
  void accumulate(const Dot* weights, IntVector* sum) const {
    sum[0] = dot({low}, weights[0], sum[0]);
    sum[1] = dot({high}, weights[1], sum[1]);
  }
  static void arrange(Vector* v) {
    const __m512 first = v[0].v, second = v[1].v;
    v[0].v = _mm512_shuffle_f32x4(first, second, _MM_SHUFFLE(2, 0, 2, 0));
    v[1].v = _mm512_shuffle_f32x4(first, second, _MM_SHUFFLE(3, 1, 3, 1));
  }

 private:
  template <typename Byte>
  static __m512i wide(const uint8_t* p) {
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
    return Byte(-1) < 0 ? _mm512_cvtepi8_epi16(bytes) : _mm512_cvtepu8_epi16(bytes);
  }
};

class ByteRounder {
  __m512 high;
  __m512i aboveLow, low;

 public:
  ByteRounder(int32_t zeroPoint, int32_t smallest, int32_t largest)
      : high(_mm512_set1_ps(float(largest - zeroPoint))),
        aboveLow(_mm512_set1_epi16(int16_t(zeroPoint - smallest))),
        low(_mm512_set1_epi8(char(smallest))) {}

  void store(const Vector* a, uint8_t* toA, const Vector* b, uint8_t* toB) const {
    const __m512i bytes = _mm512_add_epi8(_mm512_packus_epi16(narrow(a), narrow(b)), low);
    // Packing works within quarters of a register, too.
    const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    const __m512i inOrder = _mm512_permutexvar_epi32(order, bytes);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(toA), _mm512_castsi512_si256(inOrder));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(toB), _mm512_extracti64x4_epi64(inOrder, 1));
  }

  void storeColumn(const Vector* a, uint8_t* toA, const Vector* b, uint8_t* toB) const {
    // Packing undoes what unpacking in `DepthwiseColumn` did.
    const __m512i bytes = _mm512_add_epi8(_mm512_packus_epi16(narrow(a), narrow(b)), low);
    const __m512i apart = _mm512_permutexvar_epi64(_mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7), bytes);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(toA), _mm512_castsi512_si256(apart));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(toB), _mm512_extracti64x4_epi64(apart, 1));
  }

 private:
  /** What is far below becomes the least int32, stays far below, and ends as 0. */
  __m512i narrow(const Vector* v) const {
    const __m512i first = _mm512_cvtps_epi32(_mm512_min_ps(v[0].v, high));
    const __m512i second = _mm512_cvtps_epi32(_mm512_min_ps(v[1].v, high));
    return _mm512_adds_epi16(_mm512_packs_epi32(first, second), aboveLow);
  }
};

}  // namespace octavo::OCTAVO_ISA
