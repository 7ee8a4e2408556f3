#include "isas.h"

// The instruction sets whose intrinsics immintrin.h imitates, so that none is missing.
namespace octavo {

namespace avxvnni { extern const KernelTable table; }
namespace avx512 { extern const KernelTable table; }
namespace avx512vnni { extern const KernelTable table; }
namespace amx { extern const KernelTable table; }

static const char* nothing() { return nullptr; }

extern const Isa isas[] = {
    {"imitated-amx", "AMX, AVX-512 with VNNI, imitated", {&amx::table, &avx512::table}, nothing},
    {"imitated-avx512vnni", "AVX-512 with VNNI, imitated", {&avx512vnni::table, &avx512::table}, nothing},
    {"imitated-avxvnni", "AVX2 with VNNI, imitated", {&avxvnni::table}, nothing},
    {"imitated-avx512", "AVX-512, imitated", {&avx512::table}, nothing},
};
extern const uint32_t isaCount = sizeof(isas) / sizeof(isas[0]);

}  // namespace octavo
