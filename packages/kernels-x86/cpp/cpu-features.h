#pragma once
#include <cstdint>

#if defined(_MSC_VER)
#include <intrin.h>
#else
#include <cpuid.h>
#endif

namespace octavo {

/** What the processor has and the operating system saves; `__builtin_cpu_supports` does not exist everywhere. */
struct CpuFeatures {
  bool avx2, fma;
};

inline void cpuid(uint32_t leaf, uint32_t subleaf, uint32_t (&registers)[4]) {
#if defined(_MSC_VER)
  int values[4];
  __cpuidex(values, int(leaf), int(subleaf));
  for (int i = 0; i < 4; ++i) registers[i] = uint32_t(values[i]);
#else
  __cpuid_count(leaf, subleaf, registers[0], registers[1], registers[2], registers[3]);
#endif
}

/** XCR0: which register states the operating system saves. */
inline uint64_t savedStates() {
#if defined(_MSC_VER)
  return _xgetbv(0);
#else
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return uint64_t(high) << 32 | low;
#endif
}

/** Bits as in Intel's Software Developer's Manual, volume 2, CPUID. */
inline CpuFeatures cpuFeatures() {
  uint32_t zero[4], one[4], seven[4];
  cpuid(0, 0, zero);
  if (zero[0] < 7) return {};
  cpuid(1, 0, one);
  cpuid(7, 0, seven);
  const bool savesAvx = (one[2] >> 27 & 1) && (savedStates() & 6) == 6;
  return {savesAvx && (seven[1] >> 5 & 1), savesAvx && (one[2] >> 12 & 1)};
}

}  // namespace octavo
