#pragma once
#include "failure.h"
#include "packed-header.h"
#include "quantized-conv-methods.h"

namespace octavo::OCTAVO_ISA {

/** What is wrong with arguments that `ConvFacts` are made of, or null. */
inline const char* unfitFacts(const Input8& weight, const Span<const int32_t>& weightZeroPoint,
                              const ConvShape& shape, int32_t xZeroPoint, int32_t xMin, int32_t xMax) {
  if (!isValid(shape)) return "a convolution shape with channels divisible by groups and positive sizes";
  if (weight.length != weightElements(shape)) return "weight of outChannels × kernel × inChannels / groups";
  if (weightZeroPoint.length != size_t(shape.outChannels)) return "a weightZeroPoint of outChannels";
  if (xMin < -128 || xMax > 255 || xMax - xMin > 255) return "xMin and xMax of one 8-bit type";
  return xMin <= xZeroPoint && xZeroPoint <= xMax ? nullptr : "an xZeroPoint from xMin to xMax";
}

inline uint32_t methodFor(const ConvFacts& facts) {
  uint32_t method = 0;
  while (!convMethods[method].takes(facts)) ++method;
  return method;
}

inline size_t packedBytes(uint32_t method, const ConvShape& shape) {
  return sizeof(PackedHeader) + convMethods[method].bytes(shape);
}

double quantizedConvPackedBytes(Input8 weight, Span<const int32_t> weightZeroPoint, const ConvShape& shape,
                                int32_t xZeroPoint, int32_t xMin, int32_t xMax) {
  if (const char* expected = unfitFacts(weight, weightZeroPoint, shape, xZeroPoint, xMin, xMax)) {
    fail(expected);
    return 0;
  }
  const ConvFacts facts = {shape, {weight, weightZeroPoint.data}, xZeroPoint, xMin - xZeroPoint, xMax - xZeroPoint};
  return double(packedBytes(methodFor(facts), shape));
}

void quantizedConvPack(Input8 weight, Span<const int32_t> weightZeroPoint, Span<uint8_t> packed,
                       const ConvShape& shape, int32_t xZeroPoint, int32_t xMin, int32_t xMax) {
  if (const char* expected = unfitFacts(weight, weightZeroPoint, shape, xZeroPoint, xMin, xMax)) {
    return fail(expected);
  }
  const ConvFacts facts = {shape, {weight, weightZeroPoint.data}, xZeroPoint, xMin - xZeroPoint, xMax - xZeroPoint};
  const uint32_t method = methodFor(facts);
  OCTAVO_EXPECT(packed.length == packedBytes(method, shape), "packed of quantizedConvPackedBytes");
  OCTAVO_EXPECT(isPackedAddress(packed.data), "packed at an address divisible by 4");
  PackedHeader::write(packed, convMethods[method].name, method, xZeroPoint);
  convMethods[method].pack(facts, packed.data + sizeof(PackedHeader));
}

/** y = requantize(Σ (x − xZeroPoint)(w − wZeroPoint)) with weights from `quantizedConvPack`. */
void quantizedConv(Input8 x, Span<const uint8_t> packed, Bias bias, Span<const float> multiplier, Output8 y,
                   const ConvShape& shape, int32_t xZeroPoint, int32_t yZeroPoint, int32_t low,
                   int32_t high) {
  OCTAVO_EXPECT(isValid(shape), "a convolution shape with channels divisible by groups and positive sizes");
  OCTAVO_EXPECT(x.length == inElements(shape), "x of batch × inSize × inChannels");
  OCTAVO_EXPECT(bias.length == size_t(shape.outChannels), "a bias of outChannels");
  OCTAVO_EXPECT(multiplier.length == size_t(shape.outChannels), "a multiplier of outChannels");
  OCTAVO_EXPECT(y.length == outElements(shape), "y of batch × outSize × outChannels");
  OCTAVO_EXPECT(isPackedAddress(packed.data), "packed at an address divisible by 4");
  const PackedHeader header = PackedHeader::read(packed);
  OCTAVO_EXPECT(header.method < std::size(convMethods) && packed.length == packedBytes(header.method, shape),
                "packed of quantizedConvPack for this shape");
  OCTAVO_EXPECT(header.xZeroPoint == xZeroPoint, "the xZeroPoint of quantizedConvPack");
  const RequantizerArrays arrays(bias, multiplier, yZeroPoint, low, high);
  convMethods[header.method].run({shape, Activations8(x, xZeroPoint), packed.data + sizeof(header),
                                  arrays.requantizer, static_cast<uint8_t*>(y.data)});
}

}  // namespace octavo::OCTAVO_ISA
