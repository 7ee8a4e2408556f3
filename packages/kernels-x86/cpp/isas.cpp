#include "isas.h"

#include "cpu-features.h"

// Adding an instruction set: a translation unit beside avx2.cpp with its own flags (scripts/build.mjs), a line here.
namespace octavo {

namespace avx2 { extern const KernelTable table; }

static const char* missingAvx2() {
  const CpuFeatures cpu = cpuFeatures();
  if (!cpu.avx2) return "AVX2";
  if (!cpu.fma) return "FMA";
  return nullptr;
}

extern const Isa isas[] = {
    {"x64-avx2", "AVX2, FMA", &avx2::table, missingAvx2},
};
extern const uint32_t isaCount = sizeof(isas) / sizeof(isas[0]);

}  // namespace octavo
