#define OCTAVO_ISA avxvnni
#include "vector-avx2.h"
#include "dot-avx2.h"
#include "dots-avxvnni.h"
#include "depthwise-pairs.h"

#include "kernel-table-dots.h"
