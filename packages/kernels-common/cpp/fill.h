#pragma once
#include <cstddef>
#include <cstring>

namespace octavo::OCTAVO_ISA {

template <typename To>
inline void clear(To* to, size_t n) {
  std::memset(to, 0, n * sizeof(To));
}

/** Not inlined: only edges need it, and every gather would hold three copies. */
template <typename To>
[[gnu::noinline]] static void fill(To* to, size_t n, To value) {
  for (size_t i = 0; i < n; ++i) to[i] = value;
}

}  // namespace octavo::OCTAVO_ISA
