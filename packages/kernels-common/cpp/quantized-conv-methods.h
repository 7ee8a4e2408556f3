#pragma once
#include <iterator>

#include "quantized-conv-columns.h"
#include "quantized-conv-depthwise.h"
#include "quantized-conv-lines.h"
#include "quantized-conv-rows.h"
#include "quantized-conv-window-operands.h"
#include "quantized-conv-winograd.h"

namespace octavo::OCTAVO_ISA {

/** Best first: the first that takes a convolution computes it. The last takes everything. */
constexpr ConvMethod convMethods[] = {
    methodOf<ColumnsMethod>(),
    methodOf<DepthwiseMethod>(),
    methodOf<WinogradMethod<Winograd4, Winograd2>>(),
    methodOf<WinogradMethod<Winograd2>>(),
#ifdef OCTAVO_PAIRED_DOT
    methodOf<LinesMethod<ByteOperands>>(),
#endif
    methodOf<LinesMethod<EightBitOperands>>(),
#ifdef OCTAVO_BYTE_DOT
    methodOf<RowsMethod<ByteOperands>>(),
#endif
#if !(defined(__wasm__) && defined(OCTAVO_PAIRED_DOT))
    // 3 kB of a page, where windowed rows are as fast but for a layer of 64 channels.
    methodOf<WinogradMethod<Winograd4Stride2>>(),
#endif
#ifdef OCTAVO_PAIRED_DOT
    methodOf<RowsMethod<WindowOperands>>(),
#endif
    methodOf<RowsMethod<CentredOperands<NarrowProduct>>>(),
    methodOf<RowsMethod<CentredOperands<IntProduct>>>(),
};

}  // namespace octavo::OCTAVO_ISA
