#pragma once
#include "byte-table-avx2.h"
#include "dot.h"
#include "few-shorts-sse.h"

// AVX2 with FMA. See dot-scalar.h for what each operation means.
namespace octavo::OCTAVO_ISA {

inline Vector multiplyAdd(Vector a, Vector b, Vector c) { return {_mm256_fmadd_ps(a.v, b.v, c.v)}; }

/** A register of operands of 4 bytes, one for each column. */
template <typename T>
struct Operand {
  static constexpr size_t depth = 4 / sizeof(T);
  __m256i v;
  static Operand load(const T* p) { return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))}; }
  static Operand broadcast(const T* p) { return {_mm256_set1_epi32(fourBytes(p))}; }
};
using Dot = Operand<int16_t>;
using ByteOperand = Operand<uint8_t>;

struct ShortVector {
  static constexpr size_t width = 16;
  __m256i v;
  static ShortVector broadcast(int16_t x) { return {_mm256_set1_epi16(x)}; }
  static ShortVector load(const int8_t* p) { return {_mm256_cvtepi8_epi16(bytes(p))}; }
  static ShortVector load(const uint8_t* p) { return {_mm256_cvtepu8_epi16(bytes(p))}; }
  static ShortVector centred(const uint8_t* p, uint8_t flip, int16_t zero) {
    const __m128i flipped = _mm_xor_si128(bytes(p), _mm_set1_epi8(char(flip)));
    return {_mm256_sub_epi16(_mm256_cvtepu8_epi16(flipped), _mm256_set1_epi16(zero))};
  }
  void store(int16_t* p) const { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), v); }

 private:
  static __m128i bytes(const void* p) { return _mm_loadu_si128(static_cast<const __m128i*>(p)); }
};
inline Dot widen(const int8_t* p) { return {ShortVector::load(p).v}; }
inline ShortVector operator+(ShortVector a, ShortVector b) { return {_mm256_add_epi16(a.v, b.v)}; }
inline ShortVector operator-(ShortVector a, ShortVector b) { return {_mm256_sub_epi16(a.v, b.v)}; }
inline ShortVector operator*(ShortVector a, int16_t b) { return {_mm256_mullo_epi16(a.v, _mm256_set1_epi16(b))}; }
inline ShortVector shiftLeft(ShortVector a, int bits) { return {_mm256_slli_epi16(a.v, bits)}; }

/** Within halves of the register: the low results take channels 0–3 and 8–11. */
inline ShortVector interleaveLow(ShortVector a, ShortVector b) { return {_mm256_unpacklo_epi16(a.v, b.v)}; }
inline ShortVector interleaveHigh(ShortVector a, ShortVector b) { return {_mm256_unpackhi_epi16(a.v, b.v)}; }
inline void toChannels(IntVector* sum) {
  const __m256i low = sum[0].v, high = sum[1].v;
  sum[0].v = _mm256_permute2x128_si256(low, high, 0x20);
  sum[1].v = _mm256_permute2x128_si256(low, high, 0x31);
}
inline void fromChannels(Vector* v) {
  const __m256 first = v[0].v, second = v[1].v;
  v[0].v = _mm256_permute2f128_ps(first, second, 0x20);
  v[1].v = _mm256_permute2f128_ps(first, second, 0x31);
}

/** Within halves of the register, as packing takes them. The byte is the second of a float's bits, 0x47 the last. */
inline void loadRaised(const uint8_t* from, uint8_t flip, Vector* to) {
  const __m256i zeros = _mm256_setzero_si256(), top = _mm256_set1_epi16(0x4700);
  const __m256i given = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
  const __m256i bytes = _mm256_xor_si256(given, _mm256_set1_epi8(char(flip)));
  const __m256i low = _mm256_unpacklo_epi8(zeros, bytes), high = _mm256_unpackhi_epi8(zeros, bytes);
  to[0].v = _mm256_castsi256_ps(_mm256_unpacklo_epi16(low, top));
  to[1].v = _mm256_castsi256_ps(_mm256_unpackhi_epi16(low, top));
  to[2].v = _mm256_castsi256_ps(_mm256_unpacklo_epi16(high, top));
  to[3].v = _mm256_castsi256_ps(_mm256_unpackhi_epi16(high, top));
}

class ByteRounder {
  __m256 high;
  __m256i aboveLow, most, low;

 public:
  static constexpr bool saturates = false;

  ByteRounder(int32_t zeroPoint, int32_t smallest, int32_t largest)
      : high(_mm256_set1_ps(float(largest - zeroPoint))),
        aboveLow(_mm256_set1_epi16(int16_t(zeroPoint - smallest))),
        most(_mm256_set1_epi8(char(largest - smallest))),
        low(_mm256_set1_epi8(char(smallest))) {}

  void store(const Vector* a, uint8_t* toA, const Vector* b, uint8_t* toB) const {
    // Packing works within halves of a register, too.
    const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    storeHalves(_mm256_permutevar8x32_epi32(pack(a, b), order), toA, toB);
  }

  void storeFour(const Vector* v, uint8_t* to) const {
    Vector bounded[4];
    for (size_t i = 0; i < 4; ++i) bounded[i].v = _mm256_min_ps(v[i].v, high);
    const __m256i steps = _mm256_packus_epi16(narrow(bounded), narrow(bounded + 2));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), _mm256_add_epi8(steps, low));
  }

  void storeColumn(const Vector* a, uint8_t* toA, const Vector* b, uint8_t* toB) const {
    // Packing undoes what interleaving in `DepthwiseColumn` did.
    storeHalves(_mm256_permute4x64_epi64(pack(a, b), _MM_SHUFFLE(3, 1, 2, 0)), toA, toB);
  }

 private:
  __m256i pack(const Vector* a, const Vector* b) const {
    return _mm256_add_epi8(_mm256_min_epu8(_mm256_packus_epi16(narrow(a), narrow(b)), most), low);
  }
  static void storeHalves(__m256i bytes, uint8_t* toA, uint8_t* toB) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(toA), _mm256_castsi256_si128(bytes));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(toB), _mm256_extracti128_si256(bytes, 1));
  }
  /** What is far below becomes the least int32, stays far below, and ends as 0. */
  __m256i narrow(const Vector* v) const {
    return _mm256_adds_epi16(_mm256_packs_epi32(_mm256_cvtps_epi32(v[0].v), _mm256_cvtps_epi32(v[1].v)), aboveLow);
  }
};

}  // namespace octavo::OCTAVO_ISA
