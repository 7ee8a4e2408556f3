#define OCTAVO_ISA pairs
#include "vector-wasm.h"
#include "dot-wasm.h"
#include "depthwise-pairs.h"
#include "dots-wasm-pairs.h"

#include "kernel-table.h"
#include "wasm-isa.h"

OCTAVO_WASM_ISA("wasm-relaxed-pairs", "WebAssembly relaxed SIMD, in pairs")
