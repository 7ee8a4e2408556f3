#include "threads.h"

#include <atomic>

#include "job.h"
#include "wasm-export.h"

// Threads of a WebAssembly module with shared memory: workers that JavaScript starts run `joinPool` for good, and the
// thread that made the memory is the only one that calls kernels. It may be the main thread of a page, which must
// not block: it never takes a lock, and waits for others by looking.
namespace octavo {
namespace {

/** The job that is being worked on. */
Job* current = nullptr;
/** Counts jobs; workers sleep on it. */
std::atomic<int32_t> generation{0};
/** Workers that may still join the current job; the caller takes back what is left before it waits. */
std::atomic<int32_t> tickets{0};
/** Of those that joined, how many have left. */
std::atomic<int32_t> finished{0};
std::atomic<int32_t> joined{0};

int32_t threads = 1;
bool callerMayBlock = false;
thread_local bool insidePiece = false;

/** Iterations of a waiting loop before a thread sleeps: some 200 µs, longer than JavaScript takes from one kernel to the next. */
constexpr int spinLimit = 130000;

/** Sleeps until `value` is no longer `seen` and somebody notifies; may wake without reason. */
void sleep(std::atomic<int32_t>& value, int32_t seen) {
  __builtin_wasm_memory_atomic_wait32(reinterpret_cast<int32_t*>(&value), seen, -1);
}
void wake(std::atomic<int32_t>& value, int32_t count) {
  __builtin_wasm_memory_atomic_notify(reinterpret_cast<int32_t*>(&value), uint32_t(count));
}

bool takeTicket() {
  int32_t left = tickets.load();
  while (left > 0 && !tickets.compare_exchange_weak(left, left - 1)) {}
  return left > 0;
}

void runWithWorkers(Job& job) {
  current = &job;
  const int32_t others = threads - 1;
  const int32_t helpers = job.pieces - 1 < size_t(others) ? int32_t(job.pieces - 1) : others;
  finished.store(0);
  tickets.store(helpers);
  generation.fetch_add(1);
  wake(generation, helpers);
  insidePiece = true;
  job.work(0);
  insidePiece = false;
  const int32_t helped = helpers - tickets.exchange(0);
  for (int spin = 0, seen; (seen = finished.load()) != helped; ++spin) {
    if (callerMayBlock && spin >= spinLimit) sleep(finished, seen);
  }
}

}  // namespace

int threadCount() { return threads; }
void setThreadCount(int count) { threads = count < 1 ? 1 : count > 256 ? 256 : count; }

size_t sharers() { return insidePiece || joined.load(std::memory_order_relaxed) == 0 ? 1 : size_t(threads); }

void runParallel(size_t count, size_t grain, void (*task)(void*, size_t, size_t), void* context) {
  const size_t sharing = sharers();
  Job job(task, context, count, grain, sharing);
  if (job.pieces < 2 || sharing < 2) return job.work(0);
  runWithWorkers(job);
}

/** Whether the thread that calls kernels may sleep while it waits for others. */
OCTAVO_EXPORT(letCallerBlock) void letCallerBlock(bool allowed) { callerMayBlock = allowed; }
OCTAVO_EXPORT(setThreads) void setThreads(int32_t count) { setThreadCount(count); }
/** Workers that have come so far. */
OCTAVO_EXPORT(joinedWorkers) int32_t joinedWorkers() { return joined.load(); }

/** What a worker does: every job that comes, for good. */
OCTAVO_EXPORT(joinPool) void joinPool() {
  insidePiece = true;
  int32_t seen = generation.load();
  const size_t number = size_t(joined.fetch_add(1)) + 1;
  for (;;) {
    for (int spin = 0; generation.load(std::memory_order_relaxed) == seen; ++spin) {
      if (spin >= spinLimit) sleep(generation, seen);
    }
    seen = generation.load();
    if (!takeTicket()) continue;
    current->work(number);
    finished.fetch_add(1);
    wake(finished, 1);
  }
}

}  // namespace octavo
