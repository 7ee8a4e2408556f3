#define OCTAVO_ISA dotprod
#include "vector-neon.h"
#include "dot-neon.h"
#include "dots-dotprod.h"

#include "kernel-table-dots.h"
