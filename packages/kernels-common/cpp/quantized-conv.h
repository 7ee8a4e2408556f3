#pragma once
#include "failure.h"
#include "quantized-conv-depthwise.h"

namespace octavo::OCTAVO_ISA {

/** y = requantize(Σ (x − xZeroPoint)(w − wZeroPoint)) with weights from `quantizedConvPack`. */
void quantizedConv(Input8 x, Span<const uint8_t> packed, Bias bias, Span<const float> multiplier, Output8 y,
                   const ConvShape& shape, int32_t xZeroPoint, int32_t yZeroPoint, int32_t low,
                   int32_t high) {
  OCTAVO_EXPECT(isValid(shape), "a convolution shape with channels divisible by groups and positive sizes");
  OCTAVO_EXPECT(x.length == inElements(shape), "x of batch × inSize × inChannels");
  OCTAVO_EXPECT(packed.length == packedElements(shape) * sizeof(int16_t),
                "packed of quantizedConvPackedBytes");
  OCTAVO_EXPECT(reinterpret_cast<uintptr_t>(packed.data) % sizeof(int16_t) == 0, "packed at an even address");
  OCTAVO_EXPECT(bias.length == size_t(shape.outChannels), "a bias of outChannels");
  OCTAVO_EXPECT(multiplier.length == size_t(shape.outChannels), "a multiplier of outChannels");
  OCTAVO_EXPECT(y.length == outElements(shape), "y of batch × outSize × outChannels");
  const Gather gather = forwardGather(shape);
  const Activations8 activations(x, xZeroPoint);
  const RequantizerArrays arrays(bias, multiplier, yZeroPoint, low, high);
  const auto* const weights = reinterpret_cast<const int16_t*>(packed.data);
  auto* const to = static_cast<uint8_t*>(y.data);
  const size_t batch = size_t(shape.batch), yChannels = size_t(shape.outChannels);
  if (isDepthwise(shape)) {
    return quantizedDepthwise(gather, batch, activations, yChannels, weights, arrays.requantizer, to,
                              shape.outSize);
  }
  const size_t columns = size_t(shape.outChannels / shape.groups), depth = filterElements(shape);
  for (size_t group = 0; group < size_t(shape.groups); ++group) {
    dotRows(gather, batch, activations, activations.data + group * gather.channels, columns,
            weights + group * dotElements(depth, columns), arrays.requantizer.from(group * columns),
            to + group * columns, shape.outSize, yChannels);
  }
}

}  // namespace octavo::OCTAVO_ISA
