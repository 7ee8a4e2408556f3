#define OCTAVO_ISA simd128
#include "vector-wasm.h"
#include "dot-wasm.h"
#include "depthwise-pairs.h"

#include "kernel-table.h"
#include "wasm-isa.h"

OCTAVO_WASM_ISA("wasm-simd128", "WebAssembly SIMD128")
