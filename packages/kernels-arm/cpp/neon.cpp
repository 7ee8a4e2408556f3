#define OCTAVO_ISA neon
#include "vector-neon.h"

#include "kernel-table.h"
