#pragma once
// Included last by each instruction set's translation unit, which defines OCTAVO_ISA and includes its vector-*.h first:
// compiles every kernel for it and collects them in `table`.
#include "unpack.h"

#include "accumulate.h"
#include "binary.h"
#include "channels.h"
#include "conv-input-gradient.h"
#include "conv-weight-gradient.h"
#include "conv.h"
#include "gemm.h"
#include "optimizer-steps.h"
#include "peak.h"
#include "pool.h"
#include "quantize.h"
#include "quantized-conv-transpose.h"
#include "quantized-conv.h"
#include "range-statistics.h"
#include "reduce.h"
#include "region.h"
#include "requantize.h"
#include "resample.h"
#include "softmax.h"
#include "unary.h"

namespace octavo::OCTAVO_ISA {

#define KERNEL(name) {#name, Entry<&name>::arity, Entry<&name>::parameters, &Entry<&name>::call},
static const KernelEntry entries[] = {
#include "kernel-list.h"
};
#undef KERNEL

extern const KernelTable table;
const KernelTable table = {entries, sizeof(entries) / sizeof(entries[0]), &peakFloat, &peakInt8};

}  // namespace octavo::OCTAVO_ISA
