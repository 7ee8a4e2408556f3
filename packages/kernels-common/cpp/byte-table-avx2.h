#pragma once
#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "dot.h"

namespace octavo::OCTAVO_ISA {

/** See byte-table.h. */
class ByteTable {
  static constexpr size_t vectors = 2, rows = 8;
  /** Of the lower and the upper half of the table, rows of 16 entries; but for the first each differs from the row before it by these bits. */
  __m256i changes[2][rows];

 public:
  static constexpr size_t together = vectors * sizeof(__m256i);

  explicit ByteTable(const uint8_t* table) {
    for (size_t half = 0; half < 2; ++half) {
      __m256i before = _mm256_setzero_si256();
      for (size_t i = 0; i < rows; ++i, table += 16) {
        const __m256i row = _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(table)));
        changes[half][i] = _mm256_xor_si256(row, before);
        before = row;
      }
    }
  }

  /** A shuffle gives 0 where an index is negative: so each byte meets the rows up to its own, in its half alone. */
  void map(const uint8_t* from, uint8_t* to) const {
    __m256i index[2][vectors], found[vectors];
    for (size_t v = 0; v < vectors; ++v) {
      index[0][v] = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from) + v);
      index[1][v] = _mm256_xor_si256(index[0][v], _mm256_set1_epi8(-128));
      found[v] = _mm256_setzero_si256();
    }
    OCTAVO_UNROLL
    for (size_t i = 0; i < rows; ++i) {
      OCTAVO_UNROLL
      for (size_t half = 0; half < 2; ++half) {
        OCTAVO_UNROLL
        for (size_t v = 0; v < vectors; ++v) {
          found[v] = _mm256_xor_si256(found[v], _mm256_shuffle_epi8(changes[half][i], index[half][v]));
          index[half][v] = _mm256_subs_epi8(index[half][v], _mm256_set1_epi8(16));
        }
      }
    }
    for (size_t v = 0; v < vectors; ++v) _mm256_storeu_si256(reinterpret_cast<__m256i*>(to) + v, found[v]);
  }
};

}  // namespace octavo::OCTAVO_ISA
