#include "wasm-heap.h"

#include <atomic>
#include <cstdint>

#include "wasm-export.h"

// What lies above the module's stack and static data, handed out from the bottom. Threads of a module with shared
// memory take from it at the same time.
extern "C" unsigned char __heap_base;

namespace octavo {
namespace {

constexpr uint64_t alignment = 64, pageBytes = 65536;

uint64_t aligned(uint64_t bytes) { return (bytes + alignment - 1) / alignment * alignment; }

/** First byte that is free; 0 before the first request. */
std::atomic<uintptr_t> top{0};

/** Two threads that ask at once may both grow the memory, which costs nothing until it is used. */
bool reaches(uint64_t end, bool mayGrow) {
  const uint64_t pages = (end + pageBytes - 1) / pageBytes, present = __builtin_wasm_memory_size(0);
  return pages <= present ||
         (mayGrow && pages <= 65536 && __builtin_wasm_memory_grow(0, size_t(pages - present)) != SIZE_MAX);
}

}  // namespace

void* takeFromHeap(size_t bytes, bool mayGrow) {
  const uintptr_t base = uintptr_t(aligned(reinterpret_cast<uintptr_t>(&__heap_base)));
  uintptr_t first = top.load();
  uint64_t start, end;
  do {
    start = first == 0 ? base : first;
    end = start + aligned(bytes);
    // The last page stays free, so that `end` and what may be read beyond it are addresses.
    if (end > UINT32_MAX - pageBytes || !reaches(end, mayGrow)) return nullptr;
  } while (!top.compare_exchange_weak(first, uintptr_t(end)));
  return reinterpret_cast<void*>(start);
}

OCTAVO_EXPORT(reserve) void* reserve(size_t bytes, bool mayGrow) { return takeFromHeap(bytes, mayGrow); }

}  // namespace octavo
