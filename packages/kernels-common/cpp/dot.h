#pragma once
#include <cstddef>
#include <cstdint>

// How the loops of a tile unroll; without it gcc keeps the sums in memory.
#if defined(__clang__)
#define OCTAVO_UNROLL _Pragma("clang loop unroll(full)")
#else
#define OCTAVO_UNROLL _Pragma("GCC unroll 16")
#endif
