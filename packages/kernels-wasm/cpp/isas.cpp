#include "isas.h"

// A module holds one instruction set: a module that uses what an engine lacks does not even validate.
namespace octavo {

namespace simd128 { extern const KernelTable table; }

/** The module would not have compiled without SIMD128. */
static const char* missingSimd128() { return nullptr; }

extern const Isa isas[] = {
    {"wasm-simd128", "WebAssembly SIMD128", &simd128::table, missingSimd128},
};
extern const uint32_t isaCount = 1;

}  // namespace octavo
