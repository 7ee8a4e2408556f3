#include "isas.h"

// Adding an instruction set: a translation unit beside neon.cpp with its own flags (scripts/build.mjs), a line here.
namespace octavo {

namespace neon { extern const KernelTable table; }

/** Every 64-bit ARM processor has NEON. */
static const char* missingNeon() { return nullptr; }

extern const Isa isas[] = {
    {"arm64-neon", "NEON", &neon::table, missingNeon},
};
extern const uint32_t isaCount = sizeof(isas) / sizeof(isas[0]);

}  // namespace octavo
