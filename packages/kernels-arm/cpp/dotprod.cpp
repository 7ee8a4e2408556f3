#define OCTAVO_ISA dotprod
#include "vector-neon.h"
#include "dot-neon.h"
#include "byte-dot-dotprod.h"

#include "kernel-table-dots.h"
