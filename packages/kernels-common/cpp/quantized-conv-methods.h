#pragma once
#include <iterator>

#include "quantized-conv-columns.h"
#include "quantized-conv-depthwise.h"
#include "quantized-conv-lines.h"
#include "quantized-conv-rows.h"
#include "quantized-conv-window-operands.h"
#include "quantized-conv-winograd.h"

// In the module that pages load, windowed rows do what these would: as fast with stride 2, but for 64 channels, and filters whose
// sums are too large for tiles of 4×4 outputs are rare. 4 kB.
#if !(defined(__wasm__) && defined(OCTAVO_PAIRED_DOT))
#define OCTAVO_RARE_METHODS
#endif

namespace octavo::OCTAVO_ISA {

/** Best first: the first that takes a convolution computes it. The last takes everything. */
constexpr ConvMethod convMethods[] = {
    methodOf<ColumnsMethod>(),
    methodOf<DepthwiseMethod>(),
    methodOf<WinogradMethod<Winograd4>>(),
#ifdef OCTAVO_RARE_METHODS
    methodOf<WinogradMethod<Winograd2>>(),
#endif
#ifdef OCTAVO_PAIRED_DOT
    methodOf<LinesMethod<ByteOperands>>(),
#endif
    methodOf<LinesMethod<EightBitOperands>>(),
#ifdef OCTAVO_BYTE_DOT
    methodOf<RowsMethod<ByteOperands>>(),
#endif
#ifdef OCTAVO_RARE_METHODS
    methodOf<WinogradMethod<Winograd4Stride2>>(),
#endif
#ifdef OCTAVO_PAIRED_DOT
    methodOf<RowsMethod<WindowOperands>>(),
#endif
    methodOf<RowsMethod<CentredOperands<NarrowProduct>>>(),
    methodOf<RowsMethod<CentredOperands<IntProduct>>>(),
};

}  // namespace octavo::OCTAVO_ISA
