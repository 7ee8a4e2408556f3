#pragma once
// As kernel-table.h, for a set that has only the kernels of kernel-list-dots.h; another has the rest.
#include "unpack.h"

#include "dynamic-conv.h"
#include "peak.h"
#include "quantized-conv.h"

#ifndef OCTAVO_KERNEL_LIST
#define OCTAVO_KERNEL_LIST "kernel-list-dots.h"
#endif

namespace octavo::OCTAVO_ISA {

#define KERNEL(name) {#name, Entry<&name>::arity, Entry<&name>::parameters, &Entry<&name>::call},
static const KernelEntry entries[] = {
#include OCTAVO_KERNEL_LIST
};
#undef KERNEL

extern const KernelTable table;
const KernelTable table = {entries, sizeof(entries) / sizeof(entries[0]), &peakFloat, &peakInt8, &peakInt7};

}  // namespace octavo::OCTAVO_ISA
