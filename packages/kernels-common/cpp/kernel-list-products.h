// Kernels that are bound by arithmetic: what wider vectors make faster. A part of kernel-list.h.
KERNEL(gemm)
KERNEL(conv)
KERNEL(convPackedBytes)
KERNEL(convPack)
KERNEL(packedConv)
KERNEL(convInputGradient)
KERNEL(convWeightGradient)
KERNEL(quantizedConvTranspose)
KERNEL(quantizedAdd)
KERNEL(quantizedMul)
KERNEL(quantize)
#include "kernel-list-dots.h"
