#pragma once
// Included last by an instruction set's translation unit, which defines OCTAVO_ISA and includes its vector-*.h and dot-*.h
// first: compiles every kernel for it.
#include "unpack.h"

#include "accumulate.h"
#include "binary.h"
#include "channel-affine-add.h"
#include "channel-lookup.h"
#include "channels.h"
#include "dynamic-conv.h"
#include "embedding.h"
#include "lookup.h"
#include "optimizer-steps.h"
#include "pool.h"
#include "quantize.h"
#include "quantized-add-fixed.h"
#include "range-statistics.h"
#include "reduce.h"
#include "region.h"
#include "requantize.h"
#include "resample.h"
#include "row-norm.h"
#include "scaled-fake-quantize.h"

#ifndef OCTAVO_KERNEL_LIST
#define OCTAVO_KERNEL_LIST "kernel-list.h"
#endif
#include "kernel-table-products.h"
