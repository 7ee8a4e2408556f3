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

#ifdef OCTAVO_MATRIX_DOT
/** The same with matrices, all of whose rows are the same line of the cache. */
template <>
inline double repeatTile<ByteProduct>(double steps) {
  constexpr size_t width = Vector::width, depth = MatrixDot::steps * ByteProduct::depth;
  alignas(64) uint8_t memory[3][64] = {};
  alignas(64) MatrixDot::Sums sums;
  const auto* const zeros = reinterpret_cast<const int32_t*>(memory[2]);
  Ahead ahead = Ahead::none(memory);
  MatrixDot dots(MatrixDot::rows, MatrixDot::steps);
  dots.start(zeros, zeros);
  dots.add(size_t(steps), {memory[0], memory[0], 0}, 0, {memory[1], memory[1], 0}, 0, ahead);
  dots.store(sums);
  return steps * double(2 * MatrixDot::rows * 2 * width * depth);
}
#endif

/** float32 multiply-adds. */
inline double peakFloat(double steps) { return repeatTile<FloatProduct>(steps); }
/** The dot product of int8 kernels, exact for all activations, and for those of seven bits. */
inline double peakInt8(double steps) { return repeatTile<EightBitProduct>(steps); }
inline double peakInt7(double steps) { return repeatTile<SevenBitProduct>(steps); }

}  // namespace octavo::OCTAVO_ISA
