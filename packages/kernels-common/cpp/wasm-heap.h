#pragma once
#include <cstddef>

namespace octavo {

/**
 * `bytes` of the module's memory, zeroed, aligned to 64, never given back; null when there are no more. Memory
 * only grows if it `mayGrow`: growing detaches what JavaScript holds of a memory that is not shared.
 */
void* takeFromHeap(size_t bytes, bool mayGrow);

}  // namespace octavo
