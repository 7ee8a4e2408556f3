#include "workspace.h"

#include <cstdint>
#include <new>

#if defined(__wasm__)
#include "wasm-heap.h"
#endif

namespace octavo {
namespace {

constexpr size_t alignment = 64;
/** Workspaces that one thread holds at once; more is a mistake in a kernel. */
constexpr size_t maxDepth = 16;

#if defined(__wasm__)
void* allocate(size_t bytes) { return takeFromHeap(bytes, true); }
/** What is outgrown stays unused; growth doubles. */
void release(void*) {}
#else
void* allocate(size_t bytes) { return ::operator new(bytes, std::align_val_t(alignment), std::nothrow); }
void release(void* buffer) { ::operator delete(buffer, std::align_val_t(alignment)); }
#endif

struct Stack {
  void* buffers[maxDepth] = {};
  size_t bytes[maxDepth] = {};
  size_t depth = 0;
#if !defined(__wasm__)
  ~Stack() {
    for (void* buffer : buffers) release(buffer);
  }
#endif
};
thread_local Stack stack;

}  // namespace

void* takeWorkspace(size_t bytes) {
  if (stack.depth == maxDepth) __builtin_trap();
  const size_t slot = stack.depth++;
  const size_t needed = bytes + alignment;
  if (stack.bytes[slot] < needed) {
    const size_t grown = needed < 2 * stack.bytes[slot] ? 2 * stack.bytes[slot] : needed;
    release(stack.buffers[slot]);
    stack.buffers[slot] = allocate(grown);
    // Out of memory: a kernel cannot go on, and wrong numbers are worse than an end.
    if (!stack.buffers[slot]) __builtin_trap();
    stack.bytes[slot] = grown;
  }
  return stack.buffers[slot];
}

void returnWorkspace() { --stack.depth; }

}  // namespace octavo
