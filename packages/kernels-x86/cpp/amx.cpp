#define OCTAVO_ISA amx
#include "vector-avx512.h"
#include "dot-avx512.h"
#include "dots-amx.h"
#include "depthwise-pairs.h"

#include "kernel-table-dots.h"
