#pragma once
#include "element-types.h"
#include "elementwise.h"
#include "quantizer.h"

// docs/numerics.md, quantize and dequantize.
namespace octavo::OCTAVO_ISA {

/** `body(channel, begin, end)` for every stretch of one channel, in parallel pieces. */
template <typename Body>
inline void eachChannelRun(const ChannelBlocks& blocks, const Body& body) {
  const size_t inner = size_t(blocks.inner), channels = size_t(blocks.channels);
  const size_t runs = size_t(blocks.outer) * channels;
  if (inner == 0 || runs == 0) return;
  if (runs == 1) {
    return parallelFor(inner, elementGrain, [&](size_t begin, size_t end) { body(size_t(0), begin, end); });
  }
  parallelFor(runs, 1 + elementGrain / inner, [&](size_t first, size_t last) {
    for (size_t run = first; run < last; ++run) body(run % channels, run * inner, (run + 1) * inner);
  });
}

inline bool fitQParams(Span<const float> scale, Span<const int32_t> zeroPoint, const ChannelBlocks& blocks) {
  return scale.length >= size_t(blocks.channels) && zeroPoint.length >= size_t(blocks.channels);
}

#define OCTAVO_EXPECT_QUANTIZABLE(a, b)                                                                          \
  OCTAVO_EXPECT(a.length >= blocks.elements() && b.length >= blocks.elements(), "arrays of at least blocks' elements"); \
  OCTAVO_EXPECT(fitQParams(scale, zeroPoint, blocks), "one scale and one zero point per channel")

template <typename Q>
void quantizeTo(Span<const float> x, Span<const float> scale, Span<const int32_t> zeroPoint, Q* q,
                const ChannelBlocks& blocks, double quantMin, double quantMax) {
  eachChannelRun(blocks, [&](size_t c, size_t begin, size_t end) {
    const Quantizer quantizer(scale[c], zeroPoint[c], quantMin, quantMax);
    if (quantizer.fitsFloat()) {
      eachVector(begin, end, [&](auto lanes, size_t i) {
        using V = decltype(lanes);
        (toInt(quantizer.centred(V::load(&x[i]))) + Int<V>::broadcast(quantizer.zeroPoint)).store(q + i);
      });
    } else {
      for (size_t i = begin; i < end; ++i) q[i] = static_cast<Q>(static_cast<int32_t>(quantizer.integer(x[i])));
    }
  });
}

void quantize(Span<const float> x, Span<const float> scale, Span<const int32_t> zeroPoint, OutputInt q,
              const ChannelBlocks& blocks, double quantMin, double quantMax) {
  OCTAVO_EXPECT_QUANTIZABLE(x, q);
  withElements(q, [&](auto* data) { quantizeTo(x, scale, zeroPoint, data, blocks, quantMin, quantMax); });
}

void dequantize(InputInt q, Span<const float> scale, Span<const int32_t> zeroPoint, Span<float> x, const ChannelBlocks& blocks) {
  OCTAVO_EXPECT_QUANTIZABLE(x, q);
  withElements(q, [&](const auto* data) {
    eachChannelRun(blocks, [&](size_t c, size_t begin, size_t end) {
      // int32 minus a zero point may leave int32: one lane at a time, in float64, which holds it.
      if constexpr (sizeof *data == 4) {
        for (size_t i = begin; i < end; ++i) x[i] = static_cast<float>(double(data[i]) - zeroPoint[c]) * scale[c];
      } else {
        eachVector(begin, end, [&](auto lanes, size_t i) {
          using V = decltype(lanes);
          (toFloat(Int<V>::load(data + i) - Int<V>::broadcast(zeroPoint[c])) * V::broadcast(scale[c])).store(&x[i]);
        });
      }
    });
  });
}

void fakeQuantize(Span<const float> x, Span<const float> scale, Span<const int32_t> zeroPoint, Span<float> y,
                  const ChannelBlocks& blocks, double quantMin, double quantMax) {
  OCTAVO_EXPECT_QUANTIZABLE(x, y);
  eachChannelRun(blocks, [&](size_t c, size_t begin, size_t end) {
    const Quantizer quantizer(scale[c], zeroPoint[c], quantMin, quantMax);
    if (quantizer.fitsFloat()) {
      eachVector(begin, end, [=](auto lanes, size_t i) {
        using V = decltype(lanes);
        (quantizer.centred(V::load(&x[i])) * V::broadcast(quantizer.scale)).store(&y[i]);
      });
    } else {
      for (size_t i = begin; i < end; ++i) {
        y[i] = static_cast<float>(quantizer.integer(x[i]) - quantizer.zeroPoint) * quantizer.scale;
      }
    }
  });
}

void fakeQuantizeGradient(Span<const float> x, Span<const float> dy, Span<const float> scale, Span<const int32_t> zeroPoint,
                          Span<float> dx, const ChannelBlocks& blocks, double quantMin, double quantMax) {
  OCTAVO_EXPECT_QUANTIZABLE(x, dx);
  OCTAVO_EXPECT(dy.length >= blocks.elements(), "arrays of at least blocks' elements");
  eachChannelRun(blocks, [&](size_t c, size_t begin, size_t end) {
    const Quantizer quantizer(scale[c], zeroPoint[c], quantMin, quantMax);
    if (quantizer.fitsFloat()) {
      eachVector(begin, end, [=](auto lanes, size_t i) {
        using V = decltype(lanes);
        const V integer = quantizer.rounded(V::load(&x[i]));
        const auto inside = (integer >= V::broadcast(quantizer.low)) & (integer <= V::broadcast(quantizer.high));
        keep(inside, V::load(&dy[i])).store(&dx[i]);
      });
    } else {
      for (size_t i = begin; i < end; ++i) {
        const double integer = double(quantizer.rounded(Scalar{x[i]}).v) + quantizer.zeroPoint;
        dx[i] = integer >= quantMin && integer <= quantMax ? dy[i] : 0.0f;
      }
    }
  });
}

#undef OCTAVO_EXPECT_QUANTIZABLE

}  // namespace octavo::OCTAVO_ISA
