#include "threads.h"

// Single-threaded WebAssembly: the same pieces, one after the other.
namespace octavo {

int threadCount() { return 1; }
void setThreadCount(int) {}

void runParallel(size_t count, size_t grain, void (*task)(void*, size_t, size_t), void* context) {
  for (size_t begin = 0; begin < count; begin += grain) {
    task(context, begin, begin + grain < count ? begin + grain : count);
  }
}

}  // namespace octavo
