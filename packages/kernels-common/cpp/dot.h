#pragma once
#include "vector-scalar.h"

// What the heavy kernels need of an instruction set beside its vector: dot-<isa>.h declares `multiplyAdd`, `Dot`,
// `ShortVector`, `FewShorts`, `loadRaised`, `ByteRounder`, and it or depthwise-pairs.h `DepthwiseDot` and `DepthwiseColumn`, for
// the set that is being compiled. All integer results are exact.

/** Before a loop over a register tile; without it gcc keeps the sums in memory. */
#if defined(__clang__)
#define OCTAVO_UNROLL _Pragma("clang loop unroll(full)")
#else
#define OCTAVO_UNROLL _Pragma("GCC unroll 16")
#endif

/**
 * What `value` holds is computed here, before all that follows. In WebAssembly LLVM computes a value that is used once where it
 * is used: of several steps of a loop it makes one expression, with more operands than an engine has registers for.
 */
#if defined(__wasm__)
#define OCTAVO_SETTLE(value) __asm__("" : "+r"(value))
#else
#define OCTAVO_SETTLE(value) (void)(value)
#endif

/**
 * What lies behind `pointer` is loaded anew, as operands of instructions: with 16 registers the compiler would rather keep it there, and
 * sums in memory.
 */
#if defined(__AVX2__) && !defined(__AVX512F__)
#define OCTAVO_ANEW(pointer) __asm__("" : "+r"(pointer))
#else
#define OCTAVO_ANEW(pointer) (void)(pointer)
#endif

namespace octavo::OCTAVO_ISA {

/** What `loadRaised` adds to bytes: floats of its size are 2⁻⁸ apart, so that the byte is a byte of its bits. */
constexpr float raisedBy = 32768.0f;

/**
 * c + a · b, rounded once or twice as is fastest: only for sums whose rounding may differ between providers.
 */
inline Scalar multiplyAdd(Scalar a, Scalar b, Scalar c) { return c + a * b; }

}  // namespace octavo::OCTAVO_ISA
