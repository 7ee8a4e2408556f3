#pragma once

#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace octavo {

/**
 * What a processor with AMX lacks for this process to use it, or null. Linux, from 5.16 on, keeps room for the contents of tiles
 * only for processes that have asked, with all their threads: https://docs.kernel.org/arch/x86/xstate.html
 */
inline const char* missingTilePermission() {
#if defined(__linux__)
  constexpr long ARCH_REQ_XCOMP_PERM = 0x1023, XFEATURE_XTILEDATA = 18;
  static const bool granted = syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0;
  return granted ? nullptr : "AMX that Linux lets this process use";
#else
  return "AMX outside of Linux";
#endif
}

}  // namespace octavo
