#include "threads.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#if defined(__x86_64__) || defined(_M_X64)
#include <immintrin.h>
#define OCTAVO_PAUSE() _mm_pause()
#elif defined(__aarch64__) && !defined(_MSC_VER)
#define OCTAVO_PAUSE() __asm__ volatile("yield")
#else
#define OCTAVO_PAUSE() std::this_thread::yield()
#endif

namespace octavo {
namespace {

/** A job that is being worked on. Workers take pieces by counting `next` up. */
struct Job {
  void (*task)(void*, size_t, size_t);
  void* context;
  size_t count, grain, pieces;
  std::atomic<size_t> next{0};

  void work() {
    for (size_t piece; (piece = next.fetch_add(1, std::memory_order_relaxed)) < pieces;) {
      const size_t begin = piece * grain;
      task(context, begin, begin + grain < count ? begin + grain : count);
    }
  }
};

thread_local bool insidePiece = false;

/** Iterations of a waiting loop before a thread sleeps: about 30 µs, longer than the gap between two kernels. */
constexpr int spinLimit = 1000;

class Pool {
 public:
  /** Held while a job runs; a second JavaScript thread that finds it taken works alone. */
  std::mutex busy;
  std::atomic<int> threads{1};

  void run(Job& job) {
    grow(threads.load() - 1);
    const size_t helpers = job.pieces - 1 < size_t(threads.load() - 1) ? job.pieces - 1 : size_t(threads.load() - 1);
    {
      std::lock_guard lock(mutex);
      current = &job;
      wanted = int(helpers);
      generation.fetch_add(1);
    }
    wake.notify_all();
    insidePiece = true;
    job.work();
    insidePiece = false;
    {
      std::lock_guard lock(mutex);
      wanted = 0;
      current = nullptr;
    }
    for (int spin = 0; active.load(std::memory_order_acquire) != 0; ++spin) {
      if (spin < spinLimit) OCTAVO_PAUSE();
      else std::this_thread::yield();
    }
  }

 private:
  std::mutex mutex;
  std::condition_variable wake;
  std::atomic<uint64_t> generation{0};
  /** Workers inside the current job. */
  std::atomic<int> active{0};
  Job* current = nullptr;
  /** Workers that the current job may still take. */
  int wanted = 0;
  int started = 0;

  void grow(int workers) {
    for (; started < workers; ++started) std::thread([this] { loop(); }).detach();
  }

  void loop() {
    insidePiece = true;
    uint64_t seen = 0;
    for (;;) {
      for (int spin = 0; spin < spinLimit && generation.load(std::memory_order_relaxed) == seen; ++spin) OCTAVO_PAUSE();
      std::unique_lock lock(mutex);
      wake.wait(lock, [&] { return generation.load() != seen; });
      seen = generation.load();
      if (wanted == 0) continue;
      --wanted;
      Job* job = current;
      active.fetch_add(1);
      lock.unlock();
      job->work();
      active.fetch_sub(1, std::memory_order_release);
    }
  }
};

/** Never destroyed: its detached threads may outlive static destructors. */
Pool& pool() {
  static Pool* const instance = new Pool;
  return *instance;
}

}  // namespace

int threadCount() { return pool().threads.load(); }

void setThreadCount(int count) { pool().threads.store(count < 1 ? 1 : count > 256 ? 256 : count); }

int hardwareThreadCount() {
  const int count = int(std::thread::hardware_concurrency());
  return count < 1 ? 1 : count;
}

void runParallel(size_t count, size_t grain, void (*task)(void*, size_t, size_t), void* context) {
  Job job{task, context, count, grain, (count + grain - 1) / grain};
  if (insidePiece || job.pieces < 2 || threadCount() < 2 || !pool().busy.try_lock()) return job.work();
  std::lock_guard lock(pool().busy, std::adopt_lock);
  pool().run(job);
}

}  // namespace octavo
