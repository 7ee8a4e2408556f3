#include "threads.h"

#include "job.h"

// Single-threaded WebAssembly: the same pieces, one after the other.
namespace octavo {

int threadCount() { return 1; }
void setThreadCount(int) {}
size_t sharers() { return 1; }

void runParallel(size_t count, size_t grain, void (*task)(void*, size_t, size_t), void* context) {
  Job(task, context, count, grain, 1).work(0);
}

}  // namespace octavo
