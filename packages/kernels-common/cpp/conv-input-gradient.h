#pragma once
#include "conv.h"
#include "fill.h"

namespace octavo::OCTAVO_ISA {

/** Panels of one group's filters, seen from x: depth runs over the gather's taps and the output channels. */
inline void packBackwardFilters(const Gather& gather, const ConvShape& shape, const float* filters,
                                const PanelPacker& packer) {
  const size_t taps = shape.kernel.volume();
  gather.eachTap(shape.kernel, [&](size_t tap, size_t weightTap) {
    for (size_t o = 0; o < gather.channels; ++o) {
      packer.row(tap * gather.channels + o, filters + (o * taps + weightTap) * packer.columns);
    }
  });
}

/**
 * dx = dy ∗ᵀ weight. Each phase of x, modulo the stride, is a convolution of dy with the filters' taps that
 * reach it, so that nothing is multiplied by zeros and every element of dx is written once.
 */
void convInputGradient(Span<const float> dy, Span<const float> weight, Span<float> dx,
                       const ConvShape& shape) {
  OCTAVO_EXPECT(isValid(shape), "a convolution shape with channels divisible by groups and positive sizes");
  OCTAVO_EXPECT(dy.length == outElements(shape), "dy of batch × outSize × outChannels");
  OCTAVO_EXPECT(weight.length == weightElements(shape),
                "weight of outChannels × kernel × inChannels / groups");
  OCTAVO_EXPECT(dx.length == inElements(shape), "dx of batch × inSize × inChannels");
  const bool strided = shape.stride.volume() > 1;
  const size_t columns = size_t(shape.inChannels / shape.groups);
  const size_t groupFilters = size_t(shape.outChannels / shape.groups) * filterElements(shape);
  const Workspace<float> zeros(packedStride(columns));
  clear(zeros.data(), packedStride(columns));
  eachBackwardGather(shape, [&](const Gather& gather) {
    if (isDepthwise(shape)) {
      const Workspace<float> filters(depthwiseFloats(gather.taps(), size_t(shape.groups)));
      packDepthwise(gather, shape, weight.data, filters.data());
      return depthwise(gather, shape, dy.data, filters.data(), nullptr, {}, dx.data, shape.inSize);
    }
    if (shape.groups == 1 && isWinograd(gather, size_t(shape.batch), columns)) {
      size_t weightTaps[9];
      gather.eachTap(shape.kernel, [&](size_t tap, size_t weightTap) { weightTaps[tap] = weightTap; });
      WinogradFilters filters = {nullptr, gather.channels, columns};
      const Workspace<float> panels(filters.floats());
      filters.panels = panels.data();
      packWinogradFilters(filters, panels.data(), [&](size_t k, size_t column, float* to) {
        for (size_t tap = 0; tap < 9; ++tap) to[tap] = weight[(k * 9 + weightTaps[tap]) * columns + column];
      });
      return winograd(gather, size_t(shape.batch), dy.data, filters, zeros.data(), {}, dx.data);
    }
    const PanelPacker sizes = {nullptr, gather.rowElements(), columns};
    const Workspace<float> panels(sizes.floats());
    for (size_t group = 0; group < size_t(shape.groups); ++group) {
      packBackwardFilters(gather, shape, weight.data + group * groupFilters,
                          {panels.data(), sizes.depth, columns});
      const float* const source = dy.data + group * gather.channels;
      float* const to = dx.data + group * columns;
      const size_t batch = size_t(shape.batch), pixelChannels = size_t(shape.inChannels);
      if (strided) {
        const PhaseTarget target = {gather, shape.inSize, to, pixelChannels};
        convolveRows(gather, batch, source, columns, panels.data(), zeros.data(), target);
      } else {
        convolveRows(gather, batch, source, columns, panels.data(), zeros.data(),
                     MatrixTarget{to, pixelChannels});
      }
    }
  });
}

}  // namespace octavo::OCTAVO_ISA
