#pragma once
#include <atomic>
#include <cstddef>

namespace octavo {

/** Work that is divided into pieces. Whoever works on it takes the next piece by counting `next` up. */
struct Job {
  using Task = void (*)(void* context, size_t begin, size_t end);

  Task task;
  void* context;
  size_t count, grain, pieces;
  std::atomic<size_t> next{0};

  /** As `runParallel` takes it. */
  Job(Task toDo, void* itsContext, size_t all, size_t piece)
      : task(toDo), context(itsContext), count(all), grain(piece), pieces((all + piece - 1) / piece) {}

  void work() {
    for (size_t piece; (piece = next.fetch_add(1, std::memory_order_relaxed)) < pieces;) {
      const size_t begin = piece * grain;
      task(context, begin, begin + grain < count ? begin + grain : count);
    }
  }
};

}  // namespace octavo
