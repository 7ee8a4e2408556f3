#pragma once
#include "element-types.h"
#include "elementwise.h"
#include "pool-windows.h"
#include "requantize.h"
#include "workspace.h"

// Pools over channels-last activations: loops over windows outside, over channels inside. One image is one piece.
namespace octavo::OCTAVO_ISA {

/** `body(image)` for every image; a piece has some 10 000 elements of work. */
template <typename Body>
inline void eachImage(const PoolShape& shape, const Body& body) {
  const size_t work = shape.inSize.volume() * size_t(shape.channels);
  parallelFor(size_t(shape.batch), 1 + elementGrain / (work + 1), [&](size_t begin, size_t end) {
    for (size_t image = begin; image < end; ++image) body(image);
  });
}

#define OCTAVO_EXPECT_POOL(in, out) \
  OCTAVO_EXPECT(fitsPool(shape, in.length, out.length), "arrays as long as the shape says")

/** The first of equals wins, and NaN wins over numbers, as in torch. */
template <typename T>
void maxPoolOf(const T* x, T* y, int32_t* indices, const PoolShape& shape) {
  const size_t channels = size_t(shape.channels), inVolume = shape.inSize.volume(), outVolume = shape.outSize.volume();
  eachImage(shape, [&](size_t image) {
    const T* in = x + image * inVolume * channels;
    eachWindow(shape, [&](const PoolWindow& window, size_t out) {
      T* __restrict best = y + (image * outVolume + out) * channels;
      int32_t* __restrict at = indices ? indices + (image * outVolume + out) * channels : nullptr;
      bool first = true;
      eachInput(shape, window, [&](size_t position) {
        const T* __restrict value = in + position * channels;
        const int32_t place = static_cast<int32_t>(position);
        if (first) {
          for (size_t c = 0; c < channels; ++c) best[c] = value[c];
          for (size_t c = 0; at && c < channels; ++c) at[c] = place;
        } else if (at) {
          for (size_t c = 0; c < channels; ++c) {
            const bool better = value[c] > best[c] || value[c] != value[c];
            best[c] = better ? value[c] : best[c];
            at[c] = better ? place : at[c];
          }
        } else {
          for (size_t c = 0; c < channels; ++c) {
            best[c] = value[c] > best[c] || value[c] != value[c] ? value[c] : best[c];
          }
        }
        first = false;
      });
    });
  });
}

void maxPool(AnyInput x, AnyOutput y, OptionalSpan<int32_t> indices, const PoolShape& shape) {
  OCTAVO_EXPECT(x.kind == y.kind, "x and y of one element type");
  OCTAVO_EXPECT_POOL(x, y);
  OCTAVO_EXPECT(!indices || indices.length >= y.length, "an index for each output");
  const auto of = [&]<typename T>(T) {
    maxPoolOf(static_cast<const T*>(x.data), static_cast<T*>(y.data), indices.data, shape);
  };
  switch (x.kind) {
    case ElementKind::float32: return of(float{});
    case ElementKind::int32: return of(int32_t{});
    case ElementKind::uint8: return of(uint8_t{});
    case ElementKind::int8: return of(int8_t{});
    default: fail("float32, int32, uint8 or int8 elements");
  }
}

void maxPoolGradient(Span<const float> dy, Span<const int32_t> indices, Span<float> dx, const PoolShape& shape) {
  OCTAVO_EXPECT_POOL(dx, dy);
  const size_t channels = size_t(shape.channels), inVolume = shape.inSize.volume(), outVolume = shape.outSize.volume();
  OCTAVO_EXPECT(indices.length >= size_t(shape.batch) * outVolume * channels, "an index for each output");
  for (size_t i = 0; i < size_t(shape.batch) * outVolume * channels; ++i) {
    OCTAVO_EXPECT(size_t(indices[i]) < inVolume, "indices of positions in the input");
  }
  eachImage(shape, [&](size_t image) {
    float* target = &dx[image * inVolume * channels];
    for (size_t i = 0; i < inVolume * channels; ++i) target[i] = 0;
    size_t i = image * outVolume * channels;
    for (size_t position = 0; position < outVolume; ++position) {
      for (size_t c = 0; c < channels; ++c, ++i) target[size_t(indices[i]) * channels + c] += dy[i];
    }
  });
}

/** Sums in float64, divided and rounded once. */
void avgPool(Span<const float> x, Span<float> y, const PoolShape& shape) {
  OCTAVO_EXPECT_POOL(x, y);
  const size_t channels = size_t(shape.channels), inVolume = shape.inSize.volume(), outVolume = shape.outSize.volume();
  eachImage(shape, [&](size_t image) {
    Workspace<double> space(channels);
    double* sums = space.data();
    eachWindow(shape, [&](const PoolWindow& window, size_t out) {
      for (size_t c = 0; c < channels; ++c) sums[c] = 0;
      eachInput(shape, window, [&](size_t position) {
        const float* row = &x[(image * inVolume + position) * channels];
        for (size_t c = 0; c < channels; ++c) sums[c] += row[c];
      });
      const double divisor = window.divisor(shape);
      float* target = &y[(image * outVolume + out) * channels];
      for (size_t c = 0; c < channels; ++c) target[c] = static_cast<float>(sums[c] / divisor);
    });
  });
}

void avgPoolGradient(Span<const float> dy, Span<float> dx, const PoolShape& shape) {
  OCTAVO_EXPECT_POOL(dx, dy);
  const size_t channels = size_t(shape.channels), inVolume = shape.inSize.volume(), outVolume = shape.outSize.volume();
  eachImage(shape, [&](size_t image) {
    Workspace<double> space((inVolume + 1) * channels);
    double *sums = space.data(), *share = sums + inVolume * channels;
    for (size_t i = 0; i < inVolume * channels; ++i) sums[i] = 0;
    eachWindow(shape, [&](const PoolWindow& window, size_t out) {
      const double divisor = window.divisor(shape);
      const float* gradient = &dy[(image * outVolume + out) * channels];
      for (size_t c = 0; c < channels; ++c) share[c] = gradient[c] / divisor;
      eachInput(shape, window, [&](size_t position) {
        for (size_t c = 0; c < channels; ++c) sums[position * channels + c] += share[c];
      });
    });
    float* target = &dx[image * inVolume * channels];
    for (size_t i = 0; i < inVolume * channels; ++i) target[i] = static_cast<float>(sums[i]);
  });
}

/** Integer sums, padding counted as the zero point: the rule of fbgemm on channels-last tensors. */
void quantizedAvgPool(Input8 x, Output8 y, int32_t zeroPoint, int32_t quantMin, int32_t quantMax, const PoolShape& shape) {
  OCTAVO_EXPECT(x.kind == y.kind, "x and y of one element type");
  OCTAVO_EXPECT_POOL(x, y);
  const size_t channels = size_t(shape.channels), inVolume = shape.inSize.volume(), outVolume = shape.outSize.volume();
  const Rounder round(zeroPoint, quantMin, quantMax);
  withElements(x, [&](const auto* in) {
    using T = std::remove_const_t<std::remove_pointer_t<decltype(in)>>;
    T* to = static_cast<T*>(y.data);
    eachImage(shape, [&](size_t image) {
      Workspace<int32_t> space(channels);
      int32_t* sums = space.data();
      eachWindow(shape, [&](const PoolWindow& window, size_t out) {
        for (size_t c = 0; c < channels; ++c) sums[c] = 0;
        eachInput(shape, window, [&](size_t position) {
          const T* row = in + (image * inVolume + position) * channels;
          for (size_t c = 0; c < channels; ++c) sums[c] += row[c] - zeroPoint;
        });
        const float inverse = 1.0f / static_cast<float>(window.divisor(shape));
        T* target = to + (image * outVolume + out) * channels;
        eachVector(0, channels, [&](auto lanes, size_t c) {
          using V = decltype(lanes);
          round(toFloat(Int<V>::load(sums + c)) * V::broadcast(inverse)).store(target + c);
        });
      });
    });
  });
}

#undef OCTAVO_EXPECT_POOL

}  // namespace octavo::OCTAVO_ISA
