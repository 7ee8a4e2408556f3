#pragma once
#include "conv-methods.h"
#include "failure.h"
#include "packed-header.h"
#include "span.h"

namespace octavo::OCTAVO_ISA {

#define OCTAVO_EXPECT_CONV(shape, x, bias, y)                                                              \
  OCTAVO_EXPECT(isValid(shape), "a convolution shape with channels divisible by groups and positive sizes"); \
  OCTAVO_EXPECT(x.length == inElements(shape), "x of batch × inSize × inChannels");                         \
  OCTAVO_EXPECT(!bias || bias.length == size_t(shape.outChannels), "a bias of outChannels");                \
  OCTAVO_EXPECT(y.length == outElements(shape), "y of batch × outSize × outChannels")

/** y = x ∗ weight + bias. */
void conv(Span<const float> x, Span<const float> weight, OptionalSpan<const float> bias, Span<float> y,
          const ConvShape& shape) {
  OCTAVO_EXPECT_CONV(shape, x, bias, y);
  OCTAVO_EXPECT(weight.length == weightElements(shape),
                "weight of outChannels × kernel × inChannels / groups");
  const FloatConvMethod& method = floatConvMethods[floatConvMethodFor(shape)];
  const Workspace<float> packed(method.floats(shape));
  method.pack(shape, weight.data, packed.data());
  method.run({shape, x.data, packed.data(), bias.data, {}, y.data});
}

inline size_t packedFloatsBytes(uint32_t method, const ConvShape& shape) {
  return sizeof(PackedHeader) + floatConvMethods[method].floats(shape) * sizeof(float);
}

double convPackedBytes(const ConvShape& shape) {
  if (isValid(shape)) return double(packedFloatsBytes(floatConvMethodFor(shape), shape));
  fail("a convolution shape with channels divisible by groups and positive sizes");
  return 0;
}

void convPack(Span<const float> weight, Span<uint8_t> packed, const ConvShape& shape) {
  OCTAVO_EXPECT(isValid(shape), "a convolution shape with channels divisible by groups and positive sizes");
  OCTAVO_EXPECT(weight.length == weightElements(shape),
                "weight of outChannels × kernel × inChannels / groups");
  const uint32_t method = floatConvMethodFor(shape);
  OCTAVO_EXPECT(packed.length == packedFloatsBytes(method, shape), "packed of convPackedBytes");
  OCTAVO_EXPECT(isPackedAddress(packed.data), "packed at an address divisible by 4");
  PackedHeader::write(packed, floatConvMethods[method].name, method, 0);
  floatConvMethods[method].pack(shape, weight.data, reinterpret_cast<float*>(packed.data + sizeof(PackedHeader)));
}

/** y = clamp(x ∗ weight + bias) with weights from `convPack`. */
void packedConv(Span<const float> x, Span<const uint8_t> packed, OptionalSpan<const float> bias, Span<float> y,
                const ConvShape& shape, float low, float high) {
  OCTAVO_EXPECT_CONV(shape, x, bias, y);
  OCTAVO_EXPECT(isPackedAddress(packed.data), "packed at an address divisible by 4");
  const PackedHeader header = PackedHeader::read(packed);
  OCTAVO_EXPECT(header.method < std::size(floatConvMethods) &&
                    packed.length == packedFloatsBytes(header.method, shape),
                "packed of convPack for this shape");
  const auto* const weights = reinterpret_cast<const float*>(packed.data + sizeof(PackedHeader));
  floatConvMethods[header.method].run({shape, x.data, weights, bias.data, {low, high}, y.data});
}

}  // namespace octavo::OCTAVO_ISA
