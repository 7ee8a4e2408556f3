#pragma once
#include <cstddef>
#include <cstdint>

#include "dot.h"

// Winograd's convolutions with 3×3 filters, in integers: y = Aᵀ [(G g Gᵀ) ∘ (Bᵀ d B)] A, where the rows of G are
// multiplied until they are integers, and what is too much is taken off at the end (Lavin and Gray 2016, arXiv:1509.09308).
// A form states one axis; two axes are the same twice. Everything but the last step may wrap around modulo 2³².
namespace octavo::OCTAVO_ISA {

/** F(4×4, 3×3), points 0, ±1, ±2 and infinity: 36 products for 16 outputs, where the definition has 144. */
struct Winograd4 {
  static constexpr const char* name = "winograd4x4";
  static constexpr size_t outputs = 4, points = 6;

  /** Bᵀ d. Sums of magnitudes of a row are at most 10, so that 8-bit data stays within 100 · 255 = 25 500. */
  template <typename V>
  static void data(const V (&d)[points], V (&t)[points]) {
    const V even = d[4] - shiftLeft(d[2], 2), odd = d[3] - shiftLeft(d[1], 2);
    const V near = d[4] - d[2], twice = shiftLeft(d[3] - d[1], 1);
    t[0] = shiftLeft(d[0] - d[2], 2) + near;  // 4d₀ − 5d₂ + d₄
    t[1] = even + odd;                        // −4d₁ − 4d₂ + d₃ + d₄
    t[2] = even - odd;                        // 4d₁ − 4d₂ − d₃ + d₄
    t[3] = near + twice;                      // −2d₁ − d₂ + 2d₃ + d₄
    t[4] = near - twice;                      // 2d₁ − d₂ − 2d₃ + d₄
    t[5] = d[5] - d[3] - shiftLeft(twice, 1);  // 4d₁ − 5d₃ + d₅
  }

  /** G g, rows times 24, −6, −6, 24, 24, 6. Sums of magnitudes are at most 7: within 49 · 128 = 6 272. */
  template <typename V>
  static void filter(const V (&g)[3], V (&u)[points]) {
    const V outer = g[0] + g[2], steep = g[0] + shiftLeft(g[2], 2), twice = shiftLeft(g[1], 1);
    u[0] = g[0] * 6;
    u[1] = outer + g[1];   // g₀ + g₁ + g₂
    u[2] = outer - g[1];   // g₀ − g₁ + g₂
    u[3] = steep + twice;  // g₀ + 2g₁ + 4g₂
    u[4] = steep - twice;  // g₀ − 2g₁ + 4g₂
    u[5] = g[2] * 6;
  }

  /** Aᵀ of the products: 24, 12, 6 and 6 times the outputs. */
  template <typename V>
  static void output(const V (&m)[points], V (&y)[outputs]) {
    const V sum = m[1] + m[2], difference = m[1] - m[2], sum2 = m[3] + m[4], difference2 = m[3] - m[4];
    y[0] = m[0] - shiftLeft(sum, 2) + sum2;
    y[1] = difference2 - shiftLeft(difference, 1);
    y[2] = sum2 - sum;
    y[3] = shiftLeft(difference2, 1) - difference + m[5];
  }

  /** Outputs are 3 · 2^shift of the true ones along each axis; 9 · 0x38e38e39 = 2³³ + 1. */
  static constexpr int shift[outputs] = {3, 2, 1, 1};
  static constexpr int32_t inverse = 0x38e38e39;
  /** True sums keep what the shifts by up to 6 leave of 32 bits. */
  static constexpr int64_t largestSum = (int64_t(1) << 25) - 1;
};

/** F(2×2, 3×3), points 0, ±1 and infinity: 16 products for 4 outputs, where the definition has 36. */
struct Winograd2 {
  static constexpr const char* name = "winograd2x2";
  static constexpr size_t outputs = 2, points = 4;

  /** Bᵀ d, within 4 · 255. */
  template <typename V>
  static void data(const V (&d)[points], V (&t)[points]) {
    t[0] = d[0] - d[2];
    t[1] = d[1] + d[2];
    t[2] = d[2] - d[1];
    t[3] = d[1] - d[3];
  }

  /** G g, all rows times 2: within 9 · 128. */
  template <typename V>
  static void filter(const V (&g)[3], V (&u)[points]) {
    const V outer = g[0] + g[2];
    u[0] = shiftLeft(g[0], 1);
    u[1] = outer + g[1];
    u[2] = outer - g[1];
    u[3] = shiftLeft(g[2], 1);
  }

  /** Aᵀ of the products: twice the outputs. */
  template <typename V>
  static void output(const V (&m)[points], V (&y)[outputs]) {
    y[0] = m[0] + m[1] + m[2];
    y[1] = m[1] - m[2] - m[3];
  }

  static constexpr int shift[outputs] = {1, 1};
  static constexpr int32_t inverse = 1;
  static constexpr int64_t largestSum = (int64_t(1) << 29) - 1;
};

}  // namespace octavo::OCTAVO_ISA
