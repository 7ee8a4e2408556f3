#define OCTAVO_ISA avx512
#include "vector-avx512.h"
#include "dot-avx512.h"
#include "dots-avx512.h"
#include "depthwise-pairs.h"

#include "kernel-table-products.h"
