#define OCTAVO_ISA avxvnni
#include "vector-avx2.h"
#include "dot-avx2.h"
#include "depthwise-pairs.h"
#include "byte-dot-avxvnni.h"

#include "kernel-table-dots.h"
