#define OCTAVO_ISA avx512vnni
#include "vector-avx512.h"
#include "dot-avx512.h"
#include "dots-avx512vnni.h"
#include "depthwise-pairs.h"

#include "kernel-table-dots.h"
