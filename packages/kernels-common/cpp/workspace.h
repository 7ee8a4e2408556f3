#pragma once
#include <cstddef>

// Working memory of a kernel. Each thread keeps the buffers it once needed, so that a steady state allocates
// nothing.
namespace octavo {

/** `bytes` of memory aligned to 64 and readable up to 64 beyond; taken and given back like a stack. */
void* takeWorkspace(size_t bytes);
void returnWorkspace();

/**
 * `count` elements, uninitialised, that belong to this thread until the end of the scope; others may use them
 * too.
 */
template <typename T>
class Workspace {
 public:
  explicit Workspace(size_t count) : elements(static_cast<T*>(takeWorkspace(count * sizeof(T)))) {}
  ~Workspace() { returnWorkspace(); }
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;
  T* data() const { return elements; }

 private:
  T* const elements;
};

}  // namespace octavo
