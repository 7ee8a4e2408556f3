#include "cores.h"

#include <thread>

#if defined(__linux__)
#include <sched.h>

#include <cstdio>
#elif defined(__APPLE__)
#include <sys/sysctl.h>
#endif

namespace octavo {
namespace {

int threadsOfTheMachine() {
  const int count = int(std::thread::hardware_concurrency());
  return count < 1 ? 1 : count;
}

#if defined(__linux__)

/** The first thread of the core that this one belongs to; itself where the kernel does not say. */
int firstSibling(int thread) {
  char path[80];
  std::snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", thread);
  int first = thread;
  if (FILE* file = std::fopen(path, "r")) {
    if (std::fscanf(file, "%d", &first) != 1) first = thread;
    std::fclose(file);
  }
  return first;
}

int findCores() {
  cpu_set_t allowed, cores;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return threadsOfTheMachine();
  CPU_ZERO(&cores);
  for (int thread = 0; thread < CPU_SETSIZE; ++thread) {
    if (!CPU_ISSET(thread, &allowed)) continue;
    const int core = firstSibling(thread);
    if (core >= 0 && core < CPU_SETSIZE) CPU_SET(core, &cores);
  }
  const int count = CPU_COUNT(&cores);
  return count < 1 ? 1 : count;
}

#elif defined(__APPLE__)

int findCores() {
  // The fast ones, where there are two kinds: equal shares of work would wait for the slow ones.
  for (const char* name : {"hw.perflevel0.physicalcpu", "hw.physicalcpu"}) {
    int count = 0;
    size_t size = sizeof count;
    if (sysctlbyname(name, &count, &size, nullptr, 0) == 0 && count > 0) return count;
  }
  return threadsOfTheMachine();
}

#else

int findCores() { return threadsOfTheMachine(); }

#endif

}  // namespace

int coreCount() {
  static const int count = findCores();
  return count;
}

}  // namespace octavo
