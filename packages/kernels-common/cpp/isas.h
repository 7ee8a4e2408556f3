#pragma once
#include "argument.h"

namespace octavo {

/** An instruction set inside an addon, as its package declares it in `isas`. */
struct Isa {
  /** The provider's name: `x64-avx2`. */
  const char* name;
  /** For people: `AVX2, FMA`. */
  const char* description;
  const KernelTable* table;
  /** What this machine lacks to run it, or null when it can. */
  const char* (*missing)();
};

/** Best first; defined by the package that builds the addon. */
extern const Isa isas[];
extern const uint32_t isaCount;

}  // namespace octavo
