#pragma once
#include <cstddef>

// A small pool of threads. Work is split by its size alone, never by the number of threads, so that results do not
// depend on it. In WebAssembly (threads-single.cpp) everything runs on the caller's thread.
namespace octavo {

/** Threads that kernels use, the caller's included. */
int threadCount();
/** 1 … 256; 1 runs everything on the caller's thread. */
void setThreadCount(int count);
/** Threads that the machine runs at once. */
int hardwareThreadCount();

/** Runs `task(context, begin, end)` over [0, count) in pieces of `grain`; returns when all are done. */
void runParallel(size_t count, size_t grain, void (*task)(void* context, size_t begin, size_t end), void* context);

/**
 * `body(begin, end)` over [0, count) in pieces of `grain` (the last may be shorter; piece i begins at i · grain).
 * Calls from inside a piece run on its thread. Choose a grain of at least some 20 µs of work.
 */
template <typename Body>
static inline void parallelFor(size_t count, size_t grain, const Body& body) {
  if (count == 0) return;
  if (count <= grain) return body(size_t(0), count);
  const auto task = [](void* context, size_t begin, size_t end) {
    (*static_cast<const Body*>(context))(begin, end);
  };
  runParallel(count, grain, task, const_cast<Body*>(&body));
}

}  // namespace octavo
