#define OCTAVO_ISA simd128
#include "vector-wasm.h"
#include "dot-wasm.h"

#include "kernel-table.h"
