// Kernels that are bound by multiplication: what wider vectors make faster. A part of kernel-list.h.
KERNEL(gemm)
KERNEL(conv)
KERNEL(convInputGradient)
KERNEL(convWeightGradient)
KERNEL(quantizedConvTranspose)
#include "kernel-list-dots.h"
