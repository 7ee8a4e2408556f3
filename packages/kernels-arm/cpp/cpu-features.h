#pragma once

#if defined(__APPLE__)
#include <sys/sysctl.h>
#elif defined(__linux__)
#include <sys/auxv.h>
#elif defined(_WIN32)
#include <windows.h>
#endif

// What the processor has beyond what every 64-bit ARM processor has, as the operating system tells it.
namespace octavo {

struct CpuFeature {
  const char* name;
  /** macOS: name of a sysctl that is 1. */
  const char* sysctl;
  /** Linux: AT_HWCAP or AT_HWCAP2, and a bit of it (Documentation/arch/arm64/elf_hwcaps.rst). */
  unsigned long vector;
  unsigned long bit;
  /** Windows: number of a PF_ARM_… constant. */
  unsigned long processorFeature;
};

inline bool has(const CpuFeature& feature) {
#if defined(__APPLE__)
  int value = 0;
  size_t bytes = sizeof(value);
  return sysctlbyname(feature.sysctl, &value, &bytes, nullptr, 0) == 0 && value == 1;
#elif defined(__linux__)
  return getauxval(feature.vector) >> feature.bit & 1;
#elif defined(_WIN32)
  return IsProcessorFeaturePresent(feature.processorFeature);
#else
  (void)feature;
  return false;
#endif
}

}  // namespace octavo
