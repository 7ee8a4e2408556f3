#define OCTAVO_ISA neon
#include "vector-neon.h"
#include "dot-neon.h"

#include "kernel-table.h"
