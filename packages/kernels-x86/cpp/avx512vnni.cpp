#define OCTAVO_ISA avx512vnni
#include "vector-avx512.h"
#include "dot-avx512.h"
#include "depthwise-pairs.h"
#include "byte-dot-avx512vnni.h"

#include "kernel-table-dots.h"
