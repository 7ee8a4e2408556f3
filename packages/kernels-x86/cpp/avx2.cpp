#define OCTAVO_ISA avx2
#include "vector-avx2.h"
#include "dot-avx2.h"
#include "dots-avx2.h"
#include "depthwise-pairs.h"

#include "kernel-table.h"
