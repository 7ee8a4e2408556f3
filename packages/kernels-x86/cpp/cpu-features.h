#pragma once
#include <cstdint>

#if defined(_MSC_VER)
#include <intrin.h>
#else
#include <cpuid.h>
#endif

// What the processor has and the operating system saves; `__builtin_cpu_supports` does not exist everywhere.
namespace octavo {

enum CpuidRegister : uint32_t { eax, ebx, ecx, edx };

/** A bit of CPUID, as in Intel's Software Developer's Manual, volume 2. */
struct CpuFeature {
  const char* name;
  uint32_t leaf, subleaf;
  CpuidRegister where;
  uint32_t bit;
  /** Register states in XCR0 that it works on. */
  uint32_t states;
};

/** Upper halves of ymm; mask registers, upper halves of zmm, and zmm16 to zmm31; shapes and contents of tiles. */
constexpr uint32_t ymmStates = 0x06, zmmStates = 0xe6, tileStates = 0x600e6;

inline void cpuid(uint32_t leaf, uint32_t subleaf, uint32_t (&registers)[4]) {
#if defined(_MSC_VER)
  int values[4];
  __cpuidex(values, int(leaf), int(subleaf));
  for (int i = 0; i < 4; ++i) registers[i] = uint32_t(values[i]);
#else
  __cpuid_count(leaf, subleaf, registers[eax], registers[ebx], registers[ecx], registers[edx]);
#endif
}

/** XCR0: which register states the operating system saves; none if it does not say. */
inline uint64_t savedStates() {
  uint32_t one[4];
  cpuid(1, 0, one);
  if (!(one[ecx] >> 27 & 1)) return 0;
#if defined(_MSC_VER)
  return _xgetbv(0);
#else
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return uint64_t(high) << 32 | low;
#endif
}

inline bool has(const CpuFeature& feature) {
  uint32_t registers[4];
  cpuid(0, 0, registers);
  if (registers[eax] < feature.leaf) return false;
  // A leaf's largest subleaf is in eax of its first.
  if (feature.subleaf > 0) {
    cpuid(feature.leaf, 0, registers);
    if (registers[eax] < feature.subleaf) return false;
  }
  cpuid(feature.leaf, feature.subleaf, registers);
  return (registers[feature.where] >> feature.bit & 1) && (savedStates() & feature.states) == feature.states;
}

/** Name of the first of the features that is missing, or null. */
template <typename... Features>
const char* firstMissing(const Features&... features) {
  const char* name = nullptr;
  ((has(features) || (name = features.name, false)) && ...);
  return name;
}

}  // namespace octavo
