#include "isas.h"

#include "cpu-features.h"
#include "tile-permission.h"

// Adding an instruction set: a translation unit beside avx2.cpp, its flags in scripts/addon.mjs, and a line here.
namespace octavo {

namespace avx2 { extern const KernelTable table; }
namespace avxvnni { extern const KernelTable table; }
namespace avx512 { extern const KernelTable table; }
namespace avx512vnni { extern const KernelTable table; }
namespace amx { extern const KernelTable table; }

constexpr CpuFeature FMA = {"FMA", 1, 0, ecx, 12, ymmStates}, AVX2 = {"AVX2", 7, 0, ebx, 5, ymmStates},
                     AVX512F = {"AVX-512F", 7, 0, ebx, 16, zmmStates},
                     AVX512DQ = {"AVX-512DQ", 7, 0, ebx, 17, zmmStates},
                     AVX512BW = {"AVX-512BW", 7, 0, ebx, 30, zmmStates},
                     AVX512VL = {"AVX-512VL", 7, 0, ebx, 31, zmmStates},
                     AVX512_VNNI = {"AVX-512-VNNI", 7, 0, ecx, 11, zmmStates},
                     AMX_TILE = {"AMX-TILE", 7, 0, edx, 24, tileStates}, AMX_INT8 = {"AMX-INT8", 7, 0, edx, 25, tileStates},
                     AVX_VNNI = {"AVX-VNNI", 7, 1, eax, 4, ymmStates};

/** What an instruction set needs; `firstMissing` says what of it is not there. */
template <const CpuFeature&... features>
const char* missing() { return firstMissing(features...); }

/** Asks for the permission only where it would be used. */
const char* missingAmx() {
  const char* const feature = missing<AVX2, FMA, AVX512F, AVX512DQ, AVX512BW, AVX512VL, AVX512_VNNI, AMX_TILE, AMX_INT8>();
  return feature ? feature : missingTilePermission();
}

extern const Isa isas[] = {
    {"x64-avx512vnni", "AVX-512 with VNNI", {&avx512vnni::table, &avx512::table, &avx2::table},
     missing<AVX2, FMA, AVX512F, AVX512DQ, AVX512BW, AVX512VL, AVX512_VNNI>},
    // Behind VNNI, which every processor with AMX has, until it has been run on one: it is used where it is named.
    {"x64-amx", "AMX, AVX-512 with VNNI", {&amx::table, &avx512::table, &avx2::table}, missingAmx},
    {"x64-avxvnni", "AVX2 with VNNI", {&avxvnni::table, &avx2::table}, missing<AVX2, FMA, AVX_VNNI>},
    {"x64-avx512", "AVX-512", {&avx512::table, &avx2::table},
     missing<AVX2, FMA, AVX512F, AVX512DQ, AVX512BW, AVX512VL>},
    {"x64-avx2", "AVX2, FMA", {&avx2::table}, missing<AVX2, FMA>},
};
extern const uint32_t isaCount = sizeof(isas) / sizeof(isas[0]);

}  // namespace octavo
