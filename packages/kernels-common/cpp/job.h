#pragma once
#include <atomic>
#include <cstddef>

#include "blocking.h"

namespace octavo {

/**
 * Work that is divided into pieces, and these into a share of neighbours for each thread: the part of an image that a thread
 * has made is mostly the part that it reads next, from its own cache. Whoever is done with its share takes pieces of the others.
 */
class Job {
 public:
  using Task = void (*)(void* context, size_t begin, size_t end);

  /** As `runParallel` takes it, for so many threads. */
  Job(Task toDo, void* itsContext, size_t all, size_t piece, size_t threads)
      : pieces(divideUp(all, piece)),
        task(toDo),
        context(itsContext),
        count(all),
        grain(piece),
        shares(smallest(pieces, smallest(threads, maxShares))) {
    for (size_t share = 0; share < shares; ++share) next[share].store(pieceStart(share, pieces, shares), std::memory_order_relaxed);
  }

  const size_t pieces;

  /** @param thread the caller is 0; each other thread has the same number every time */
  void work(size_t thread) {
    for (size_t i = 0; i < shares; ++i) {
      const size_t share = (thread + i) % shares, end = pieceStart(share + 1, pieces, shares);
      for (size_t piece; (piece = next[share].fetch_add(1, std::memory_order_relaxed)) < end;) {
        task(context, piece * grain, smallest(count, (piece + 1) * grain));
      }
    }
  }

 private:
  /** More threads than that have shares in common. */
  static constexpr size_t maxShares = 32;

  const Task task;
  void* const context;
  const size_t count, grain, shares;
  /** The next piece of each share. */
  std::atomic<size_t> next[maxShares];
};

}  // namespace octavo
