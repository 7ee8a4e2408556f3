#pragma once
#include "products.h"

// What the instruction set could do at best: the inner loop of a register tile on operands that stay in one or two
// cache lines, with nothing packed, stored or requantized. Benchmarks divide by it; it is no kernel of the contract.
namespace octavo::OCTAVO_ISA {

/** Lets the compiler know nothing of what `p` points to, so that it repeats a loop that changes nothing. */
template <typename T> inline void forget(T*& p) { __asm__ volatile("" : "+r"(p) : : "memory"); }

/** Runs a tile's loop `steps` times on this thread; returns the multiply-adds that it did. */
template <typename Product>
double repeatTile(double steps) {
  constexpr size_t rows = Product::tile.rows, vectors = Product::tile.vectors, width = Vector::width;
  constexpr size_t depth = Product::depth;
  constexpr size_t step = roundUp((rows + vectors * width) * depth, 64 / sizeof(typename Product::Element));
  // Of two steps: what is the same for both would be computed once.
  alignas(64) typename Product::Element memory[2 * step] = {};
  auto* operands = memory;
  typename Product::Sum sum[rows][vectors];
  OCTAVO_UNROLL
  for (size_t r = 0; r < rows; ++r) {
    OCTAVO_UNROLL
    for (size_t v = 0; v < vectors; ++v) sum[r][v] = Product::Sum::broadcast(0);
  }
  for (size_t left = size_t(steps); left > 0; --left) {
    forget(operands);
    if constexpr (Product::paired) addPairs<Product>(operands, operands + step, depth, operands, operands + step, sum);
    else addProducts<Product>(operands, depth, operands, sum);
  }
  decltype(sum[0][0].v) results[rows * vectors];
  OCTAVO_UNROLL
  for (size_t r = 0; r < rows; ++r) {
    OCTAVO_UNROLL
    for (size_t v = 0; v < vectors; ++v) results[r * vectors + v] = sum[r][v].v;
  }
  auto* kept = results;
  forget(kept);
  return steps * double(rows * vectors * width * depth) * (Product::paired ? 2 : 1);
}

/** float32 multiply-adds. */
inline double peakFloat(double steps) { return repeatTile<FloatProduct>(steps); }
/** The dot product of int8 kernels, exact for all activations, and for those of seven bits. */
inline double peakInt8(double steps) { return repeatTile<EightBitProduct>(steps); }
inline double peakInt7(double steps) { return repeatTile<SevenBitProduct>(steps); }

}  // namespace octavo::OCTAVO_ISA
