#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include "dot.h"

// Winograd's convolutions with 3×3 filters, in integers: y = Aᵀ [(G g Gᵀ) ∘ (Bᵀ d B)] A, where the rows of G are
// multiplied until they are integers, and what is too much is taken off at the end (Lavin and Gray 2016, arXiv:1509.09308).
// A form states one axis; two axes are the same twice. Everything but the last step may wrap around modulo 2³². Points
// with equal filters share them: `filterOf`.
namespace octavo::OCTAVO_ISA {

/**
 * F(4×4, 3×3), points 0, ±1, infinity and ±2: 36 products for 16 outputs, where the definition has 144. The first five make F(3, 3),
 * the first four F(2, 3), with the same filters: tiles at an edge, of which fewer outputs lie in the image, leave the others out.
 * With `Points` 4, tiles have 2×2 outputs: 16 products where the definition has 36.
 */
template <size_t Points>
struct WinogradStride1 {
  static constexpr const char* name = Points == 6 ? "winograd4x4" : "winograd2x2";
  static constexpr size_t stride = 1, outputs = Points - 2, points = Points, filters = Points, fewestPoints = 4;
  /** What a product costs, in products of long rows; what a transformed filter costs, in products of this form. */
  static constexpr double productCost = 1.25, filterCost = 2.5;
  static constexpr size_t filterOf[] = {0, 1, 2, 3, 4, 5};

  /** Bᵀ d of the first n points. 8-bit data, of which 0 is one, stays within 22 950 along both axes, whatever its zero point is. */
  template <size_t n, typename V>
  static void data(const V* d, V* t) {
    if constexpr (n == 6) {
      const V even = d[4] - shiftLeft(d[2], 2), odd = d[3] - shiftLeft(d[1], 2);
      const V near = d[4] - d[2], twice = shiftLeft(d[3] - d[1], 1);
      t[0] = shiftLeft(d[0] - d[2], 2) + near;   // 4d₀ − 5d₂ + d₄
      t[1] = even + odd;                         // −4d₁ − 4d₂ + d₃ + d₄
      t[2] = even - odd;                         // 4d₁ − 4d₂ − d₃ + d₄
      t[3] = d[5] - d[3] - shiftLeft(twice, 1);  // 4d₁ − 5d₃ + d₅
      t[4] = near + twice;                       // −2d₁ − d₂ + 2d₃ + d₄
      t[5] = near - twice;                       // 2d₁ − d₂ − 2d₃ + d₄
    } else {
      const V far = d[3] - d[1], sum = threefold(d[2] + d[1]), difference = threefold(d[2] - d[1]);
      if constexpr (n == 5) {
        t[0] = far - shiftLeft(d[2] - d[0], 1);    // 2d₀ − d₁ − 2d₂ + d₃
        t[1] = sum - shiftLeft(far, 1) - far;      // 6d₁ + 3d₂ − 3d₃
        t[2] = difference - far;                   // −2d₁ + 3d₂ − d₃
        t[3] = d[4] - d[2] - shiftLeft(far, 1);    // 2d₁ − d₂ − 2d₃ + d₄
        t[4] = far;
      } else {
        t[0] = d[0] - d[2];
        t[1] = sum;
        t[2] = difference;
        t[3] = far;
      }
    }
  }

  /** G g, rows times 24, −6, −6, 6, 24 and 24. Sums of magnitudes are at most 7: within 49 · 128 = 6 272. */
  template <typename V>
  static void filter(const V* g, V* u) {
    const V outer = g[0] + g[2];
    u[0] = g[0] * 6;
    u[1] = outer + g[1];  // g₀ + g₁ + g₂
    u[2] = outer - g[1];  // g₀ − g₁ + g₂
    u[3] = g[2] * 6;
    if constexpr (filters == 6) {
      const V steep = g[0] + shiftLeft(g[2], 2), twice = shiftLeft(g[1], 1);
      u[4] = steep + twice;  // g₀ + 2g₁ + 4g₂
      u[5] = steep - twice;  // g₀ − 2g₁ + 4g₂
    }
  }

  /** Aᵀ of the products of the first n points: the last of 24, 12, 6 and 6 times the outputs. */
  template <size_t n, typename V>
  static void output(const V* m, V* y) {
    const V sum = m[1] + m[2], difference = m[1] - m[2];
    if constexpr (n == 6) {
      const V sum2 = m[4] + m[5], difference2 = m[4] - m[5];
      y[0] = m[0] - shiftLeft(sum, 2) + sum2;
      y[1] = difference2 - shiftLeft(difference, 1);
      y[2] = sum2 - sum;
      y[3] = shiftLeft(difference2, 1) - difference + m[3];
    } else if constexpr (n == 5) {
      y[0] = m[0] + shiftLeft(sum + m[4], 1);
      y[1] = difference + shiftLeft(m[4], 1);
      y[2] = sum + shiftLeft(m[4], 2) + m[3];
    } else {
      y[0] = m[0] + sum;
      y[1] = difference + m[3];
    }
  }

  /** Along each axis outputs are 3 · 2^shift of the true ones, of tiles with fewer outputs by the last of these. */
  static constexpr std::array<int, outputs> shift = [] {
    if constexpr (Points == 6) return std::array{3, 2, 1, 1};
    else return std::array{1, 1};
  }();
  /** True sums keep what the shifts by up to 6, or 2, leave of 32 bits. */
  static constexpr int64_t largestSum = (int64_t(1) << (Points == 6 ? 25 : 29)) - 1;

 private:
  template <typename V>
  static V threefold(V v) {
    return v + shiftLeft(v, 1);
  }
};

using Winograd4 = WinogradStride1<6>;
/** For sums that `Winograd4` could not tell apart. */
using Winograd2 = WinogradStride1<4>;

/**
 * Stride 2: outer taps read every other element, F(4×4, 2×2) with the points 0, ±1, 2 and infinity; the tap between them
 * reads the others, one product for each output. Both axes together: 81 products for 16 outputs, where the definition has
 * 144.
 */
struct Winograd4Stride2 {
  static constexpr const char* name = "winograd4x4 of stride 2";
  static constexpr size_t stride = 2, outputs = 4, points = 9, filters = 6, fewestPoints = points;
  static constexpr double productCost = 1.37, filterCost = 4;
  static constexpr size_t filterOf[points] = {0, 1, 2, 3, 4, 5, 5, 5, 5};

  /** Bᵀ of even elements, and the odd ones: within 36 · 255. */
  template <size_t n, typename V>
  static void data(const V* d, V* t) {
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
  static void filter(const V* g, V* u) {
    u[0] = g[0] * 3;
    u[1] = (g[0] + g[2]) * -3;
    u[2] = g[2] - g[0];
    u[3] = g[0] + shiftLeft(g[2], 1);
    u[4] = g[2] * 6;
    u[5] = g[1] * 6;
  }

  /** Aᵀ of the products: 6 times the outputs. */
  template <size_t n, typename V>
  static void output(const V* m, V* y) {
    const V sum = m[1] + m[2], difference = m[1] - m[2];
    y[0] = m[0] + sum + m[3] + m[5];
    y[1] = difference + shiftLeft(m[3], 1) + m[6];
    y[2] = sum + shiftLeft(m[3], 2) + m[7];
    y[3] = difference + shiftLeft(m[3], 3) + m[4] + m[8];
  }

  static constexpr std::array<int, outputs> shift = {1, 1, 1, 1};
  static constexpr int64_t largestSum = (int64_t(1) << 29) - 1;
};

}  // namespace octavo::OCTAVO_ISA
