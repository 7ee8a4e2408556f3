#pragma once
#include <iterator>

#include "conv-rows.h"
#include "conv-shape.h"
#include "depthwise.h"
#include "winograd.h"

// The ways to compute a float32 convolution; its shape says which, once, when the weights are packed.
namespace octavo::OCTAVO_ISA {

/** One call: weights as the method packed them; `bias` may be null. */
struct FloatConvCall {
  const ConvShape& shape;
  const float *x, *packed, *bias;
  ClampEpilogue clamp;
  float* y;
};

/** What each method's struct declares as static functions. The batch of `run` may be another than that of the others. */
struct FloatConvMethod {
  /** For people: `session.explain()` shows it. */
  const char* name;
  bool (*takes)(const ConvShape&);
  size_t (*floats)(const ConvShape&);
  void (*pack)(const ConvShape&, const float* weight, float* packed);
  void (*run)(const FloatConvCall&);
};

template <typename Method>
constexpr FloatConvMethod floatConvMethodOf() {
  return {Method::name, Method::takes, Method::floats, Method::pack, Method::run};
}

/** The bias of a group's columns in whole vectors, zeros where there is none. */
inline void startOf(const float* bias, size_t columns, float* start) {
  clear(start, packedStride(columns));
  if (bias) std::memcpy(start, bias, columns * sizeof(float));
}

struct DepthwiseFloats {
  static constexpr char name[] = "depthwise";
  static bool takes(const ConvShape& shape) { return isDepthwise(shape); }
  static size_t floats(const ConvShape& shape) { return depthwiseFloats(shape.kernel.volume(), size_t(shape.groups)); }
  static void pack(const ConvShape& shape, const float* weight, float* packed) {
    packDepthwise(forwardGather(shape), shape, weight, packed);
  }
  static void run(const FloatConvCall& call) {
    depthwise(forwardGather(call.shape), call.shape, call.x, call.packed, call.bias, call.clamp, call.y, call.shape.outSize);
  }
};

struct WinogradFloats {
  static constexpr char name[] = "winograd";
  static bool takes(const ConvShape& shape) {
    return shape.groups == 1 && isWinograd(forwardGather(shape), size_t(shape.batch), size_t(shape.outChannels));
  }
  static size_t floats(const ConvShape& shape) { return filters(shape, nullptr).floats(); }
  static void pack(const ConvShape& shape, const float* weight, float* packed) {
    const size_t depth = size_t(shape.inChannels);
    packWinogradFilters(filters(shape, packed), packed, [=](size_t k, size_t column, float* to) {
      for (size_t tap = 0; tap < 9; ++tap) to[tap] = weight[(column * 9 + tap) * depth + k];
    });
  }
  static void run(const FloatConvCall& call) {
    const size_t columns = size_t(call.shape.outChannels);
    const Workspace<float> start(packedStride(columns));
    startOf(call.bias, columns, start.data());
    winograd(forwardGather(call.shape), size_t(call.shape.batch), call.x, filters(call.shape, call.packed),
             start.data(), call.clamp, call.y);
  }

 private:
  static WinogradFilters filters(const ConvShape& shape, const float* packed) {
    return {packed, size_t(shape.inChannels), size_t(shape.outChannels)};
  }
};

/** For each group a product of gathered pixels and its filters. */
struct RowsOfFloats {
  static constexpr char name[] = "rows";
  static bool takes(const ConvShape&) { return true; }
  static size_t floats(const ConvShape& shape) { return size_t(shape.groups) * panels(shape, nullptr).floats(); }
  static void pack(const ConvShape& shape, const float* weight, float* packed) {
    PanelPacker packer = panels(shape, packed);
    for (int32_t group = 0; group < shape.groups; ++group, packer.to += packer.floats()) {
      packPanels(packer, weight, packer.depth, true);
      weight += packer.columns * packer.depth;
    }
  }
  static void run(const FloatConvCall& call) {
    const ConvShape& shape = call.shape;
    const Gather gather = forwardGather(shape);
    const PanelPacker sizes = panels(shape, nullptr);
    const Workspace<float> start(packedStride(sizes.columns));
    for (size_t group = 0; group < size_t(shape.groups); ++group) {
      const size_t first = group * sizes.columns;
      startOf(call.bias ? call.bias + first : nullptr, sizes.columns, start.data());
      convolveRows(gather, size_t(shape.batch), call.x + group * gather.channels, sizes.columns,
                   call.packed + group * sizes.floats(), start.data(),
                   MatrixTarget{call.y + first, size_t(shape.outChannels), call.clamp});
    }
  }

 private:
  static PanelPacker panels(const ConvShape& shape, float* to) {
    return {to, filterElements(shape), size_t(shape.outChannels / shape.groups)};
  }
};

/** Best first: the first that takes a convolution computes it. The last takes everything. */
constexpr FloatConvMethod floatConvMethods[] = {
    floatConvMethodOf<DepthwiseFloats>(),
    floatConvMethodOf<WinogradFloats>(),
    floatConvMethodOf<RowsOfFloats>(),
};

inline uint32_t floatConvMethodFor(const ConvShape& shape) {
  uint32_t method = 0;
  while (!floatConvMethods[method].takes(shape)) ++method;
  return method;
}

}  // namespace octavo::OCTAVO_ISA
