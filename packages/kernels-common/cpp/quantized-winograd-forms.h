#pragma once
#include <cstddef>
#include <cstdint>

#include "dot.h"

// Winograd's convolutions with 3×3 filters, in integers: y = Aᵀ [(G g Gᵀ) ∘ (Bᵀ d B)] A, where the rows of G are
// multiplied until they are integers, and what is too much is taken off at the end (Lavin and Gray 2016, arXiv:1509.09308).
// A form states one axis; two axes are the same twice. Everything but the last step may wrap around modulo 2³². Points
// with equal filters share them: `filterOf`.
namespace octavo::OCTAVO_ISA {

/** F(4×4, 3×3), points 0, ±1, ±2 and infinity: 36 products for 16 outputs, where the definition has 144. */
struct Winograd4 {
  static constexpr const char* name = "winograd4x4";
  static constexpr size_t stride = 1, outputs = 4, points = 6, filters = 6;
  /** What a product costs, in products of long rows; what a transformed filter costs, in products of this form. */
  static constexpr double productCost = 1.25, filterCost = 2.5;
  static constexpr size_t filterOf[points] = {0, 1, 2, 3, 4, 5};

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
  static void filter(const V (&g)[3], V (&u)[filters]) {
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
  static constexpr size_t stride = 1, outputs = 2, points = 4, filters = 4;
  static constexpr double productCost = 1.25, filterCost = 2.5;
  static constexpr size_t filterOf[points] = {0, 1, 2, 3};

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
  static void filter(const V (&g)[3], V (&u)[filters]) {
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

/**
 * Stride 2: outer taps read every other element, F(4×4, 2×2) with the points 0, ±1, 2 and infinity; the tap between them
 * reads the others, one product for each output. Both axes together: 81 products for 16 outputs, where the definition has
 * 144.
 */
struct Winograd4Stride2 {
  static constexpr const char* name = "winograd4x4 of stride 2";
  static constexpr size_t stride = 2, outputs = 4, points = 9, filters = 6;
  static constexpr double productCost = 1.37, filterCost = 4;
  static constexpr size_t filterOf[points] = {0, 1, 2, 3, 4, 5, 5, 5, 5};

  /** Bᵀ of even elements, and the odd ones: within 36 · 255. */
  template <typename V>
  static void data(const V (&d)[points], V (&t)[points]) {
    const V rise = d[6] - d[2], fall = d[6] - d[4];
    t[0] = shiftLeft(d[0] - d[4], 1) + rise;  // 2d₀ − d₂ − 2d₄ + d₆
    t[1] = fall - shiftLeft(d[2], 1);         // −2d₂ − d₄ + d₆
    t[2] = fall - shiftLeft(d[4] - d[2], 1);  // 2d₂ − 3d₄ + d₆
    t[3] = rise;
    t[4] = d[8] - d[4] - shiftLeft(rise, 1);  // 2d₂ − d₄ − 2d₆ + d₈
    t[5] = d[1];
    t[6] = d[3];
    t[7] = d[5];
    t[8] = d[7];
  }

  /** 6 G of all taps, so that rows are integers: within 36 · 128. */
  template <typename V>
  static void filter(const V (&g)[3], V (&u)[filters]) {
    u[0] = g[0] * 3;
    u[1] = (g[0] + g[2]) * -3;
    u[2] = g[2] - g[0];
    u[3] = g[0] + shiftLeft(g[2], 1);
    u[4] = g[2] * 6;
    u[5] = g[1] * 6;
  }

  /** Aᵀ of the products: 6 times the outputs. */
  template <typename V>
  static void output(const V (&m)[points], V (&y)[outputs]) {
    const V sum = m[1] + m[2], difference = m[1] - m[2];
    y[0] = m[0] + sum + m[3] + m[5];
    y[1] = difference + shiftLeft(m[3], 1) + m[6];
    y[2] = sum + shiftLeft(m[3], 2) + m[7];
    y[3] = difference + shiftLeft(m[3], 3) + m[4] + m[8];
  }

  static constexpr int shift[outputs] = {1, 1, 1, 1};
  static constexpr int32_t inverse = Winograd4::inverse;
  static constexpr int64_t largestSum = (int64_t(1) << 29) - 1;
};

}  // namespace octavo::OCTAVO_ISA
