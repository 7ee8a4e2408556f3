#pragma once
#include "quantized-conv-activations.h"
#include "quantized-conv-pack.h"

// How a quantized convolution is computed: one of several methods, chosen once, when its weights are packed.
namespace octavo::OCTAVO_ISA {

/** What is known of a convolution when its weights are packed. */
struct ConvFacts {
  /** The batch may be another one later. */
  const ConvShape& shape;
  Weights8 weights;
  int32_t xZeroPoint;
  /** Smallest and largest x − xZeroPoint; 0, which padding gives, among them. */
  int32_t least, most;

  size_t channels() const { return size_t(shape.outChannels); }
  /** w − wZeroPoint of one output channel, i < `filterElements(shape)`. */
  int16_t weight(size_t channel, size_t i) const {
    return weights.at(channel * filterElements(shape) + i, channel);
  }

  /** Whether every weight fits int8. */
  bool hasByteWeights() const {
    for (size_t channel = 0; channel < channels(); ++channel) {
      // Most are, and large networks shall not be read once more for it.
      if (weights.array.kind == ElementKind::int8 && weights.zeroPoints[channel] == 0) continue;
      for (size_t i = 0; i < filterElements(shape); ++i) {
        const int16_t w = weight(channel, i);
        if (w != int8_t(w)) return false;
      }
    }
    return true;
  }

  struct Range {
    int64_t least, most;
  };
  /** Of the sums that an output channel can have, whatever its inputs are. */
  Range sums(size_t channel) const {
    // Sums of so many weights fit 32 bits, of which a vector adds twice as many.
    constexpr size_t part = size_t(1) << 16;
    int64_t positive = 0, negative = 0;
    for (size_t first = 0; first < filterElements(shape); first += part) {
      int32_t above = 0, below = 0;
      for (size_t i = first; i < smallest(first + part, filterElements(shape)); ++i) {
        const int16_t w = weight(channel, i);
        above += w > 0 ? w : 0;
        below += w < 0 ? w : 0;
      }
      positive += above;
      negative += below;
    }
    return {positive * least + negative * most, positive * most + negative * least};
  }
};

/** One call: weights as the method packed them. */
struct ConvCall {
  const ConvShape& shape;
  Activations8 x;
  const uint8_t* packed;
  Requantizer requantizer;
  uint8_t* y;

  template <typename T>
  const T* packedAs() const {
    return reinterpret_cast<const T*>(packed);
  }
};

/**
 * What each method's struct declares as static functions. `pack` writes `bytes` bytes, aligned to 4; `run` reads them.
 */
struct ConvMethod {
  /** For people: `session.explain()` shows it. */
  const char* name;
  bool (*takes)(const ConvFacts&);
  size_t (*bytes)(const ConvShape&);
  void (*pack)(const ConvFacts&, uint8_t* packed);
  void (*run)(const ConvCall&);
};

template <typename Method>
constexpr ConvMethod methodOf() {
  return {Method::name, Method::takes, Method::bytes, Method::pack, Method::run};
}

}  // namespace octavo::OCTAVO_ISA
