#pragma once
#include "conv.h"
#include "depthwise-weight-gradient.h"
#include "winograd-weight-gradient.h"

namespace octavo::OCTAVO_ISA {

/** Columns of the weights' gradient taken at once: a slice of them fits the second-level cache. */
constexpr size_t maxGradientColumns = 1152;

/** The gather of row (d, h) of the kernel's taps alone. */
inline Gather tapRow(Gather gather, ptrdiff_t d, ptrdiff_t h) {
  gather.depth.firstTap += d * gather.depth.tapStep;
  gather.depth.firstOffset += d * gather.depth.offsetStep;
  gather.depth.taps = 1;
  gather.height.firstTap += h * gather.height.tapStep;
  gather.height.firstOffset += h * gather.height.offsetStep;
  gather.height.taps = 1;
  return gather;
}

/** dWeight = dyᵀ · gathered x, a sum over all positions of the batch. */
void convWeightGradient(Span<const float> x, Span<const float> dy, Span<float> dWeight,
                        const ConvShape& shape) {
  OCTAVO_EXPECT(isValid(shape), "a convolution shape with channels divisible by groups and positive sizes");
  OCTAVO_EXPECT(x.length == inElements(shape), "x of batch × inSize × inChannels");
  OCTAVO_EXPECT(dy.length == outElements(shape), "dy of batch × outSize × outChannels");
  OCTAVO_EXPECT(dWeight.length == weightElements(shape),
                "dWeight of outChannels × kernel × inChannels / groups");
  const Gather gather = forwardGather(shape);
  if (isDepthwise(shape)) return depthwiseWeightGradient(gather, shape, x.data, dy.data, dWeight.data);
  const size_t rows = size_t(shape.outChannels / shape.groups), filter = filterElements(shape);
  const size_t positions = size_t(shape.batch) * gather.positions();
  if (shape.groups == 1 && isWinograd(gather, size_t(shape.batch), rows)) {
    return winogradWeightGradient(gather, size_t(shape.batch), x.data, dy.data, rows, dWeight.data);
  }
  for (size_t group = 0; group < size_t(shape.groups); ++group) {
    const Left left = {dy.data + group * rows, 1, size_t(shape.outChannels)};
    const float* const source = x.data + group * gather.channels;
    float* const to = dWeight.data + group * rows * filter;
    if (gather.isIdentity()) {
      for (size_t j = 0; j < filter; j += maxGradientColumns) {
        const size_t columns = smallest(maxGradientColumns, filter - j);
        gemmByDepth(rows, columns, positions, left, MatrixSlices{source + j, columns, gather.pixelChannels},
                    to + j, filter, false);
      }
    } else if (filter <= maxGradientColumns) {
      gemmByDepth(rows, filter, positions, left, GatheredSlices{gather, source}, to, filter, false);
    } else {
      const size_t columns = size_t(gather.width.taps) * gather.channels;
      for (ptrdiff_t tap = 0; tap < gather.depth.taps * gather.height.taps; ++tap) {
        const Gather part = tapRow(gather, tap / gather.height.taps, tap % gather.height.taps);
        gemmByDepth(rows, columns, positions, left, GatheredSlices{part, source}, to + size_t(tap) * columns,
                    filter, false);
      }
    }
  }
}

}  // namespace octavo::OCTAVO_ISA
