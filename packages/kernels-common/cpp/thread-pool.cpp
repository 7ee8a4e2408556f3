#include "thread-pool.h"

#include <chrono>

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

constexpr uint32_t onePlace = 1 << 16, atWork = onePlace - 1;

/** How long a thread waits awake: longer than JavaScript takes from one kernel to the next, too short to weigh on other work. */
constexpr std::chrono::microseconds spinTime{200};

/** Waits awake until `done` or the time is over; returns the last answer of `done`. */
template <typename Done>
bool spinUntil(const Done& done) {
  const auto end = std::chrono::steady_clock::now() + spinTime;
  do {
    for (int i = 0; i < 32; ++i) {
      if (done()) return true;
      OCTAVO_PAUSE();
    }
  } while (std::chrono::steady_clock::now() < end);
  return done();
}

}  // namespace

void ThreadPool::end() {
  const std::lock_guard job(busy);
  setThreads(1);
  {
    const std::lock_guard lock(mutex);
    ending.store(true);
  }
  wake.notify_all();
  for (std::thread& helper : helpers) helper.join();
  helpers.clear();
}

void ThreadPool::run(Job& job, int wanted) {
  while (int(helpers.size()) < wanted) helpers.emplace_back([this, number = helpers.size() + 1] { help(number); });
  current = &job;
  state.store(uint32_t(wanted) * onePlace);
  // Whoever lies down afterwards looks at `state` once more.
  if (sleepers.load() > 0) {
    { const std::lock_guard lock(mutex); }
    wake.notify_all();
  }
  job.work(0);
  state.fetch_and(atWork);
  while (!spinUntil([&] { return state.load(std::memory_order_acquire) == 0; })) std::this_thread::yield();
}

bool ThreadPool::hasPlace() const { return state.load() >= onePlace || ending.load(std::memory_order_relaxed); }

void ThreadPool::help(size_t number) {
  while (!ending.load()) {
    uint32_t seen = state.load();
    if (seen >= onePlace) {
      // From here on the job's caller waits for this thread.
      if (!state.compare_exchange_weak(seen, seen - onePlace + 1)) continue;
      current->work(number);
      state.fetch_sub(1, std::memory_order_release);
    } else if (!spinUntil([&] { return hasPlace(); })) {
      sleep();
    }
  }
}

void ThreadPool::sleep() {
  std::unique_lock lock(mutex);
  sleepers.fetch_add(1);
  wake.wait(lock, [&] { return hasPlace(); });
  sleepers.fetch_sub(1);
}

}  // namespace octavo
