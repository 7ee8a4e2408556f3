#pragma once
#include "argument.h"

namespace octavo {

constexpr size_t maxTables = 3;

/** An instruction set inside an addon, as its package declares it in `isas`. */
struct Isa {
  /** The provider's name: `x64-avx2`. */
  const char* name;
  /** For people: `AVX2, FMA`. */
  const char* description;
  /** A kernel is the first of its name in these; a set that differs in a few has the set that it extends behind it. */
  const KernelTable* tables[maxTables];
  /** What this machine lacks to run it, or null when it can. */
  const char* (*missing)();
};

/** Best first; defined by the package that builds the addon. */
extern const Isa isas[];
extern const uint32_t isaCount;

/** All kernels of an instruction set, in the order of the last of its tables, which has them all. */
const KernelTable& wholeTable(uint32_t isa);

}  // namespace octavo
