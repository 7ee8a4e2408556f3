#pragma once
// As kernel-table.h, for a set that has only the kernels of kernel-list-products.h; another has the rest.
#include "unpack.h"

#include "conv-input-gradient.h"
#include "conv-weight-gradient.h"
#include "conv.h"
#include "gemm.h"
#include "quantize.h"
#include "quantized-conv-transpose.h"
#include "recurrent-cells.h"
#include "requantize.h"
#include "softmax.h"
#include "unary.h"

#ifndef OCTAVO_KERNEL_LIST
#define OCTAVO_KERNEL_LIST "kernel-list-products.h"
#endif
#include "kernel-table-dots.h"
