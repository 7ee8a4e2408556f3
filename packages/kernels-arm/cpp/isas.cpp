#include "isas.h"

#include "cpu-features.h"

// Adding an instruction set: a translation unit beside neon.cpp, its flags in scripts/addon.mjs, and a line here.
namespace octavo {

namespace neon { extern const KernelTable table; }
namespace dotprod { extern const KernelTable table; }
namespace i8mm { extern const KernelTable table; }

// AT_HWCAP is 16, AT_HWCAP2 is 26; the last numbers are PF_ARM_V82_DP_… and PF_ARM_V82_I8MM_INSTRUCTIONS_AVAILABLE.
constexpr CpuFeature dotProduct = {"dot product", "hw.optional.arm.FEAT_DotProd", 16, 20, 43},
                     matrixProduct = {"int8 matrix multiplication", "hw.optional.arm.FEAT_I8MM", 26, 13, 66};

template <const CpuFeature& feature>
const char* missing() { return has(feature) ? nullptr : feature.name; }

/** Every 64-bit ARM processor has NEON. */
static const char* missingNeon() { return nullptr; }

extern const Isa isas[] = {
    {"arm64-i8mm", "NEON with int8 matrix multiplication", {&i8mm::table, &neon::table}, missing<matrixProduct>},
    {"arm64-dotprod", "NEON with dot product", {&dotprod::table, &neon::table}, missing<dotProduct>},
    {"arm64-neon", "NEON", {&neon::table}, missingNeon},
};
extern const uint32_t isaCount = sizeof(isas) / sizeof(isas[0]);

}  // namespace octavo
