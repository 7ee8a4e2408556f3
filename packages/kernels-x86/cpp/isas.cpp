#include "isas.h"

#include "cpu-features.h"

// Adding an instruction set: a translation unit beside avx2.cpp, its flags in scripts/addon.mjs, and a line here.
namespace octavo {

namespace avx2 { extern const KernelTable table; }
namespace avxvnni { extern const KernelTable table; }
namespace avx512 { extern const KernelTable table; }
namespace avx512vnni { extern const KernelTable table; }

constexpr CpuFeature FMA = {"FMA", 1, 0, ecx, 12, ymmStates}, AVX2 = {"AVX2", 7, 0, ebx, 5, ymmStates},
                     AVX512F = {"AVX-512F", 7, 0, ebx, 16, zmmStates},
                     AVX512DQ = {"AVX-512DQ", 7, 0, ebx, 17, zmmStates},
                     AVX512BW = {"AVX-512BW", 7, 0, ebx, 30, zmmStates},
                     AVX512VL = {"AVX-512VL", 7, 0, ebx, 31, zmmStates},
                     AVX512_VNNI = {"AVX-512-VNNI", 7, 0, ecx, 11, zmmStates},
                     AVX_VNNI = {"AVX-VNNI", 7, 1, eax, 4, ymmStates};

/** What an instruction set needs; `firstMissing` says what of it is not there. */
template <const CpuFeature&... features>
const char* missing() { return firstMissing(features...); }

extern const Isa isas[] = {
    {"x64-avx512vnni", "AVX-512 with VNNI", {&avx512vnni::table, &avx512::table, &avx2::table},
     missing<AVX2, FMA, AVX512F, AVX512DQ, AVX512BW, AVX512VL, AVX512_VNNI>},
    {"x64-avxvnni", "AVX2 with VNNI", {&avxvnni::table, &avx2::table}, missing<AVX2, FMA, AVX_VNNI>},
    {"x64-avx512", "AVX-512", {&avx512::table, &avx2::table},
     missing<AVX2, FMA, AVX512F, AVX512DQ, AVX512BW, AVX512VL>},
    {"x64-avx2", "AVX2, FMA", {&avx2::table}, missing<AVX2, FMA>},
};
extern const uint32_t isaCount = sizeof(isas) / sizeof(isas[0]);

}  // namespace octavo
