#pragma once
#include "dot.h"
#include "few-shorts-sse.h"

// AVX-512 (F, DQ, BW, VL). See dot-scalar.h for what each operation means.
namespace octavo::OCTAVO_ISA {

inline Vector multiplyAdd(Vector a, Vector b, Vector c) { return {_mm512_fmadd_ps(a.v, b.v, c.v)}; }

/** A register of operands of 4 bytes, one for each column. */
template <typename T>
struct Operand {
  static constexpr size_t depth = 4 / sizeof(T);
  __m512i v;
  static Operand load(const T* p) { return {_mm512_loadu_si512(p)}; }
  static Operand broadcast(const T* p) { return {_mm512_set1_epi32(fourBytes(p))}; }
};
using Dot = Operand<int16_t>;
using ByteOperand = Operand<uint8_t>;

struct ShortVector {
  static constexpr size_t width = 32;
  __m512i v;
  static ShortVector broadcast(int16_t x) { return {_mm512_set1_epi16(x)}; }
  static ShortVector load(const int8_t* p) { return {_mm512_cvtepi8_epi16(bytes(p))}; }
  static ShortVector load(const uint8_t* p) { return {_mm512_cvtepu8_epi16(bytes(p))}; }
  static ShortVector centred(const uint8_t* p, uint8_t flip, int16_t zero) {
    const __m256i flipped = _mm256_xor_si256(bytes(p), _mm256_set1_epi8(char(flip)));
    return {_mm512_sub_epi16(_mm512_cvtepu8_epi16(flipped), _mm512_set1_epi16(zero))};
  }
  void store(int16_t* p) const { _mm512_storeu_si512(p, v); }

 private:
  static __m256i bytes(const void* p) { return _mm256_loadu_si256(static_cast<const __m256i*>(p)); }
};
inline Dot widen(const int8_t* p) { return {ShortVector::load(p).v}; }
inline ShortVector operator+(ShortVector a, ShortVector b) { return {_mm512_add_epi16(a.v, b.v)}; }
inline ShortVector operator-(ShortVector a, ShortVector b) { return {_mm512_sub_epi16(a.v, b.v)}; }
inline ShortVector operator*(ShortVector a, int16_t b) { return {_mm512_mullo_epi16(a.v, _mm512_set1_epi16(b))}; }
inline ShortVector shiftLeft(ShortVector a, int bits) { return {_mm512_slli_epi16(a.v, unsigned(bits))}; }

/** Within quarters of the register: the low results take the first four of every eight channels. */
inline ShortVector interleaveLow(ShortVector a, ShortVector b) { return {_mm512_unpacklo_epi16(a.v, b.v)}; }
inline ShortVector interleaveHigh(ShortVector a, ShortVector b) { return {_mm512_unpackhi_epi16(a.v, b.v)}; }
inline void toChannels(IntVector* sum) {
  const __m512i low = sum[0].v, high = sum[1].v;
  sum[0].v = _mm512_permutex2var_epi64(low, _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11), high);
  sum[1].v = _mm512_permutex2var_epi64(low, _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15), high);
}
inline void fromChannels(Vector* v) {
  const __m512 first = v[0].v, second = v[1].v;
  v[0].v = _mm512_shuffle_f32x4(first, second, _MM_SHUFFLE(2, 0, 2, 0));
  v[1].v = _mm512_shuffle_f32x4(first, second, _MM_SHUFFLE(3, 1, 3, 1));
}

/** Within quarters of the register, as packing takes them. The byte is the second of a float's bits, 0x47 the last. */
inline void loadRaised(const uint8_t* from, uint8_t flip, Vector* to) {
  const __m512i zeros = _mm512_setzero_si512(), top = _mm512_set1_epi16(0x4700);
  const __m512i bytes = _mm512_xor_si512(_mm512_loadu_si512(from), _mm512_set1_epi8(char(flip)));
  const __m512i low = _mm512_unpacklo_epi8(zeros, bytes), high = _mm512_unpackhi_epi8(zeros, bytes);
  to[0].v = _mm512_castsi512_ps(_mm512_unpacklo_epi16(low, top));
  to[1].v = _mm512_castsi512_ps(_mm512_unpackhi_epi16(low, top));
  to[2].v = _mm512_castsi512_ps(_mm512_unpacklo_epi16(high, top));
  to[3].v = _mm512_castsi512_ps(_mm512_unpackhi_epi16(high, top));
}

class ByteRounder {
  __m512 high;
  __m512i aboveLow, most, low;

 public:
  static constexpr bool saturates = false;

  ByteRounder(int32_t zeroPoint, int32_t smallest, int32_t largest)
      : high(_mm512_set1_ps(float(largest - zeroPoint))),
        aboveLow(_mm512_set1_epi16(int16_t(zeroPoint - smallest))),
        most(_mm512_set1_epi8(char(largest - smallest))),
        low(_mm512_set1_epi8(char(smallest))) {}

  void store(const Vector* a, uint8_t* toA, const Vector* b, uint8_t* toB) const {
    // Packing works within quarters of a register, too.
    const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    storeHalves(_mm512_permutexvar_epi32(order, pack(a, b)), toA, toB);
  }

  void storeFour(const Vector* v, uint8_t* to) const {
    Vector bounded[4];
    for (size_t i = 0; i < 4; ++i) bounded[i].v = _mm512_min_ps(v[i].v, high);
    _mm512_storeu_si512(to, _mm512_add_epi8(_mm512_packus_epi16(narrow(bounded), narrow(bounded + 2)), low));
  }

  void storeColumn(const Vector* a, uint8_t* toA, const Vector* b, uint8_t* toB) const {
    // Packing undoes what interleaving in `DepthwiseColumn` did.
    storeHalves(_mm512_permutexvar_epi64(_mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7), pack(a, b)), toA, toB);
  }

 private:
  __m512i pack(const Vector* a, const Vector* b) const {
    return _mm512_add_epi8(_mm512_min_epu8(_mm512_packus_epi16(narrow(a), narrow(b)), most), low);
  }
  static void storeHalves(__m512i bytes, uint8_t* toA, uint8_t* toB) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(toA), _mm512_castsi512_si256(bytes));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(toB), _mm512_extracti64x4_epi64(bytes, 1));
  }
  /** What is far below becomes the least int32, stays far below, and ends as 0. */
  __m512i narrow(const Vector* v) const {
    return _mm512_adds_epi16(_mm512_packs_epi32(_mm512_cvtps_epi32(v[0].v), _mm512_cvtps_epi32(v[1].v)), aboveLow);
  }
};

}  // namespace octavo::OCTAVO_ISA
