#pragma once
#include "blocking.h"

namespace octavo {

/**
 * What the loops of products fetch into the second-level cache before it is read, a little with every step: the panel of
 * weights after the one that they read. From beyond that cache a panel comes more slowly than a few rows can use it.
 */
#if defined(__wasm__)
struct Ahead {
  // WebAssembly has no instruction for it.
  static void fetch(const void*) {}
  static Ahead none(const void*) { return {}; }
  static Ahead next(const void*, size_t, size_t, size_t) { return {}; }
  void step() const {}
  Ahead after(size_t) const { return {}; }
};
#else
struct Ahead {
  static constexpr size_t line = 64;
  /** Of memory that is there: a fetch from elsewhere has no effect and takes long. */
  const char* from;
  size_t perStep;

  /** Nothing but the beginning of a panel, which the cache has. */
  static Ahead none(const void* panel) { return {static_cast<const char*>(panel), 0}; }
  /**
   * What lies behind the `bytes` bytes of a panel, in so many steps: `following` bytes, none behind the last panel. Steps of more than
   * a line of the cache fetch one of each, a multiple of lines apart, so that the processor finds the lines between.
   */
  static Ahead next(const void* panel, size_t bytes, size_t following, size_t steps) {
    if (following == 0 || steps == 0) return none(panel);
    const size_t perStep = divideUp(following, steps);
    return {static_cast<const char*>(panel) + bytes, perStep < line ? perStep : perStep / line * line};
  }
  static void fetch(const void* address) { __builtin_prefetch(address, 0, 2); }
  void step() {
    fetch(from);
    from += perStep;
  }
  Ahead after(size_t steps) const { return {from + steps * perStep, perStep}; }
};
#endif

}  // namespace octavo
