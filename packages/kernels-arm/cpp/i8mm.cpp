#define OCTAVO_ISA i8mm
#include "vector-neon.h"
#include "dot-neon.h"
#include "dots-i8mm.h"

#include "kernel-table-dots.h"
