#pragma once
#include "isas.h"

// A module holds one instruction set: a module that uses what an engine lacks does not even validate. So each set's
// translation unit also declares `isas`, and a module is linked with one of them.

/** At the end of such a unit: the set's name and what it is for people. */
#define OCTAVO_WASM_ISA(name, description)                                              \
  namespace octavo {                                                                    \
  extern const Isa isas[] = {{name, description, {&OCTAVO_ISA::table}, [] {               \
                                return static_cast<const char*>(nullptr);               \
                              }}};                                                      \
  extern const uint32_t isaCount = 1;                                                   \
  }
