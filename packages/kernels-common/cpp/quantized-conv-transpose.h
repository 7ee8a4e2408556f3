#pragma once
#include "quantized-conv.h"

namespace octavo::OCTAVO_ISA {

/**
 * y = requantize(x ∗ᵀ weight), where `shape` is that of the convolution whose input gradient it is. Each
 * phase of y, modulo the stride, is a convolution of x with the taps that reach it.
 */
void quantizedConvTranspose(Input8 x, Input8 weight, Span<const int32_t> weightZeroPoint, Bias bias,
                            Span<const float> multiplier, Output8 y, const ConvShape& shape,
                            int32_t xZeroPoint, int32_t yZeroPoint, int32_t low, int32_t high) {
  const size_t yChannels = size_t(shape.inChannels), batch = size_t(shape.batch);
  OCTAVO_EXPECT(isValid(shape), "a convolution shape with channels divisible by groups and positive sizes");
  OCTAVO_EXPECT(x.length == outElements(shape), "x of batch × outSize × outChannels");
  OCTAVO_EXPECT(weight.length == weightElements(shape),
                "weight of outChannels × kernel × inChannels / groups");
  OCTAVO_EXPECT(weightZeroPoint.length == yChannels, "a weightZeroPoint of inChannels");
  OCTAVO_EXPECT(bias.length == yChannels, "a bias of inChannels");
  OCTAVO_EXPECT(multiplier.length == yChannels, "a multiplier of inChannels");
  OCTAVO_EXPECT(y.length == inElements(shape), "y of batch × inSize × inChannels");
  const Activations8 activations(x, xZeroPoint);
  const RequantizerArrays arrays(bias, multiplier, yZeroPoint, low, high);
  const Weights8 weights = {weight, weightZeroPoint.data};
  auto* const to = static_cast<uint8_t*>(y.data);
  const size_t columns = size_t(shape.inChannels / shape.groups), kernelTaps = shape.kernel.volume();
  const Workspace<size_t> weightTaps(kernelTaps);
  eachBackwardGather(shape, [&](const Gather& gather) {
    gather.eachTap(shape.kernel, [&](size_t tap, size_t weightTap) { weightTaps.data()[tap] = weightTap; });
    if (isDepthwise(shape) && gather.taps() > 0) {
      const DepthwiseTaps taps = depthwiseTaps(gather);
      const Workspace<int16_t> packed(taps.elements(yChannels));
      const auto at = [&](size_t tap, size_t channel) {
        return weights.at(channel * kernelTaps + weightTaps.data()[tap], channel);
      };
      packDepthwiseDots(taps, yChannels, at, packed.data());
      return quantizedDepthwise(gather, batch, activations, yChannels, packed.data(), arrays.requantizer, to,
                                shape.inSize);
    }
    const size_t depth = gather.rowElements();
    const Workspace<int16_t> panels(dotElements<IntProduct>(depth, columns));
    for (size_t group = 0; group < size_t(shape.groups); ++group) {
      const auto at = [&](size_t k, size_t column) {
        const size_t o = group * gather.channels + k % gather.channels;
        const size_t filterRow = o * kernelTaps + weightTaps.data()[k / gather.channels];
        return weights.at(filterRow * columns + column, group * columns + column);
      };
      packDots<IntProduct>(depth, columns, Runs::one(depth), at, panels.data());
      dotRows(gather, batch, CentredRows{activations}, activations.data + group * gather.channels, columns,
              Panels<IntProduct>{panels.data(), {nullptr, 0}}, arrays.requantizer.from(group * columns), to + group * columns, shape.inSize, yChannels);
    }
  });
}

}  // namespace octavo::OCTAVO_ISA
