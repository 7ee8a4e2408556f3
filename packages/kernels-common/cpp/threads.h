#pragma once
#include <cstddef>

// Work that several threads share. What belongs to one sum is split by its size alone, so that results do not depend on
// the number of threads. Who shares it: a pool (threads.cpp), the workers of a WebAssembly module with shared memory
// (threads-wasm.cpp), or, in a module without, nobody (threads-single.cpp).
namespace octavo {

/** Threads that kernels use, the caller's included. */
int threadCount();
/** 1 … 256; 1 runs everything on the caller's thread. */
void setThreadCount(int count);
/** Threads that would share what the caller divides now, itself included. */
size_t sharers();
/** Runs `task(context, begin, end)` over [0, count) in pieces of `grain`; returns when all are done. */
void runParallel(size_t count, size_t grain, void (*task)(void* context, size_t begin, size_t end), void* context);

/** The same in pieces of at most `grain`, as many for each thread, and all as long or one shorter. */
void runEvenly(size_t count, size_t grain, void (*task)(void* context, size_t begin, size_t end), void* context);

/** One piece. Not inlined, or every loop would be compiled twice: for one piece and for many. */
template <typename Body>
[[gnu::noinline]] static void runPiece(void* context, size_t begin, size_t end) {
  (*static_cast<const Body*>(context))(begin, end);
}

/**
 * `body(begin, end)` over [0, count) in pieces of `grain` (the last may be shorter; piece i begins at i · grain).
 * Calls from inside a piece run on its thread. Choose a grain of at least some 20 µs of work.
 */
template <typename Body>
static inline void parallelFor(size_t count, size_t grain, const Body& body) {
  if (count == 0) return;
  void* context = const_cast<Body*>(&body);
  if (count <= grain) return runPiece<Body>(context, 0, count);
  runParallel(count, grain, runPiece<Body>, context);
}

/** In pieces of at most `grain`, as many for each thread and as long: for loops whose results do not depend on the pieces. */
template <typename Body>
static inline void parallelForEvenly(size_t count, size_t grain, const Body& body) {
  runEvenly(count, grain, runPiece<Body>, const_cast<Body*>(&body));
}

}  // namespace octavo
