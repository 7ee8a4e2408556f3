#define OCTAVO_ISA relaxed
#include "vector-wasm.h"
#include "dot-wasm.h"
#include "depthwise-pairs.h"
#include "dots-wasm-relaxed.h"

#include "kernel-table.h"
#include "wasm-isa.h"

OCTAVO_WASM_ISA("wasm-relaxed", "WebAssembly relaxed SIMD")
