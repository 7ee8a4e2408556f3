#pragma once
#include <type_traits>

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

/** Largest values with their places: the first of equals wins, and NaN wins over numbers, as in torch. */
template <typename T>
void maxPoolWithIndices(const T* x, T* y, int32_t* indices, const PoolShape& shape) {
  const size_t channels = size_t(shape.channels), inVolume = shape.inSize.volume(), outVolume = shape.outSize.volume();
  eachImage(shape, [&](size_t image) {
    const T* in = x + image * inVolume * channels;
    eachWindow(shape, [&](const PoolWindow& window, size_t out) {
      T* __restrict best = y + (image * outVolume + out) * channels;
      int32_t* __restrict at = indices + (image * outVolume + out) * channels;
      bool first = true;
      eachInput(shape, window, [&](size_t position) {
        const T* __restrict value = in + position * channels;
        const int32_t place = static_cast<int32_t>(position);
        if (first) {
          for (size_t c = 0; c < channels; ++c) best[c] = value[c];
          for (size_t c = 0; c < channels; ++c) at[c] = place;
        } else {
          for (size_t c = 0; c < channels; ++c) {
            const bool better = value[c] > best[c] || value[c] != value[c];
            best[c] = better ? value[c] : best[c];
            at[c] = better ? place : at[c];
          }
        }
        first = false;
      });
    });
  });
}

/** The largest of `count` rows, channel by channel; NaN wins over numbers. */
template <typename T>
inline void largestOfRows(const T* const* rows, size_t count, size_t channels, T* to) {
  // As many as a register holds, of any element type.
  typedef T Lanes __attribute__((vector_size(sizeof(Vector))));
  constexpr size_t lanes = sizeof(Lanes) / sizeof(T), together = 2;
  size_t c = 0;
  for (; c + together * lanes <= channels; c += together * lanes) {
    Lanes best[together];
    std::memcpy(best, rows[0] + c, sizeof(best));
    for (size_t row = 1; row < count; ++row) {
      OCTAVO_UNROLL
      for (size_t i = 0; i < together; ++i) {
        Lanes values;
        std::memcpy(&values, rows[row] + c + i * lanes, sizeof(values));
        if constexpr (std::is_floating_point_v<T>) best[i] = ((values > best[i]) | (values != values)) ? values : best[i];
        else best[i] = values > best[i] ? values : best[i];
      }
    }
    std::memcpy(to + c, best, sizeof(best));
  }
  for (; c < channels; ++c) {
    T best = rows[0][c];
    for (size_t row = 1; row < count; ++row) {
      const T value = rows[row][c];
      best = value > best || value != value ? value : best;
    }
    to[c] = best;
  }
}

/** Largest values alone, by rows of windows. */
template <typename T>
void maxPoolOf(const T* x, T* y, const PoolShape& shape) {
  const size_t channels = size_t(shape.channels), inVolume = shape.inSize.volume(), width = size_t(shape.outSize.width);
  const size_t imageRows = size_t(shape.outSize.depth) * size_t(shape.outSize.height);
  const size_t longest = shape.adaptive ? inVolume : shape.kernel.volume();
  parallelFor(size_t(shape.batch) * imageRows, 1 + elementGrain / (width * channels + 1), [&](size_t begin, size_t end) {
    const Workspace<const T*> rows(longest);
    for (size_t row = begin; row < end; ++row) {
      const T* const in = x + row / imageRows * inVolume * channels;
      eachWindowOfRow(shape, row % imageRows, [&](const PoolWindow& window, size_t column) {
        size_t count = 0;
        eachInput(shape, window, [&](size_t position) { rows.data()[count++] = in + position * channels; });
        if (count > 0) largestOfRows(rows.data(), count, channels, y + (row * width + column) * channels);
      });
    }
  });
}

void maxPool(AnyInput x, AnyOutput y, OptionalSpan<int32_t> indices, const PoolShape& shape) {
  OCTAVO_EXPECT(x.kind == y.kind, "x and y of one element type");
  OCTAVO_EXPECT_POOL(x, y);
  OCTAVO_EXPECT(!indices || indices.length >= y.length, "an index for each output");
  const auto of = [&]<typename T>(T) {
    const auto* const from = static_cast<const T*>(x.data);
    auto* const to = static_cast<T*>(y.data);
    indices ? maxPoolWithIndices(from, to, indices.data, shape) : maxPoolOf(from, to, shape);
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
