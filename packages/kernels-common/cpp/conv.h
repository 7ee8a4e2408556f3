#pragma once
#include "conv-rows.h"
#include "conv-shape.h"
#include "depthwise.h"
#include "failure.h"
#include "span.h"
#include "winograd.h"

namespace octavo::OCTAVO_ISA {

/** y = x ∗ weight + bias: for each group a product of gathered pixels and its filters. */
void conv(Span<const float> x, Span<const float> weight, OptionalSpan<const float> bias, Span<float> y,
          const ConvShape& shape) {
  OCTAVO_EXPECT(isValid(shape), "a convolution shape with channels divisible by groups and positive sizes");
  OCTAVO_EXPECT(x.length == inElements(shape), "x of batch × inSize × inChannels");
  OCTAVO_EXPECT(weight.length == weightElements(shape),
                "weight of outChannels × kernel × inChannels / groups");
  OCTAVO_EXPECT(!bias || bias.length == size_t(shape.outChannels), "a bias of outChannels");
  OCTAVO_EXPECT(y.length == outElements(shape), "y of batch × outSize × outChannels");
  const Gather gather = forwardGather(shape);
  if (isDepthwise(shape)) {
    return depthwise(gather, shape, x.data, weight.data, bias.data, y.data, shape.outSize);
  }
  const size_t columns = size_t(shape.outChannels / shape.groups), depth = filterElements(shape);
  const Workspace<float> start(roundUp(columns, panelColumns));
  std::memset(start.data(), 0, roundUp(columns, panelColumns) * sizeof(float));
  if (shape.groups == 1 && isWinograd(gather, size_t(shape.batch), columns)) {
    const WinogradFilters filters(gather.channels, columns, [&](size_t k, size_t column, float* to) {
      for (size_t tap = 0; tap < 9; ++tap) to[tap] = weight[(column * 9 + tap) * gather.channels + k];
    });
    if (bias) std::memcpy(start.data(), bias.data, columns * sizeof(float));
    return winograd(gather, size_t(shape.batch), x.data, filters, start.data(), y.data);
  }
  const Workspace<float> panels(PanelPacker{nullptr, depth, columns}.floats());
  for (size_t group = 0; group < size_t(shape.groups); ++group) {
    if (bias) std::memcpy(start.data(), bias.data + group * columns, columns * sizeof(float));
    packPanels({panels.data(), depth, columns}, weight.data + group * columns * depth, depth, true);
    const MatrixTarget target = {y.data + group * columns, size_t(shape.outChannels)};
    convolveRows(gather, size_t(shape.batch), x.data + group * gather.channels, columns, panels.data(),
                 start.data(), target);
  }
}

}  // namespace octavo::OCTAVO_ISA
