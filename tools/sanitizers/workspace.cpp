#include "workspace.h"

#include <cstdint>
#include <cstdlib>
#include <cstring>

// In place of kernels-common/cpp/workspace.cpp where kernels are checked: every workspace is a block of its own, exactly
// as large as promised, full of what no kernel expects, and gone when it is given back.
namespace octavo {
namespace {

constexpr size_t alignment = 64;
constexpr size_t readableBeyond = 64;
constexpr size_t maxDepth = 16;

struct Stack {
  void* blocks[maxDepth];
  size_t depth = 0;
};
thread_local Stack stack;

}  // namespace

void* takeWorkspace(size_t bytes) {
  if (stack.depth == maxDepth) __builtin_trap();
  const size_t size = bytes + readableBeyond;
  // posix_memalign, since aligned_alloc and aligned new want sizes that are multiples of the alignment.
  void* block = nullptr;
  if (posix_memalign(&block, alignment, size) != 0) __builtin_trap();
  std::memset(block, 0xa5, size);
  // How the check shows that it would notice a mistake: check-sanitizers.ts.
  if (std::getenv("OCTAVO_WRITE_OUTSIDE")) static_cast<volatile uint8_t*>(block)[size] = 0;
  stack.blocks[stack.depth++] = block;
  return block;
}

void returnWorkspace() { std::free(stack.blocks[--stack.depth]); }

}  // namespace octavo
