#pragma once
#include "element-types.h"
#include "elementwise.h"
#include "requantize.h"

// Resampling of channels-last activations: loops over output pixels outside, over channels inside.
namespace octavo::OCTAVO_ISA {

/**
 * The inputs of one output pixel along the axes whose second input has weight, at most width, height and depth. Bit i of an
 * input's number says whether it is the second along the i-th of these.
 */
struct Corner {
  size_t axes = 0, offsets[8];
  float weights[3];
};

/** Whether the arrays are as long as the shape says, and every source lies in the input. */
inline bool fitsResample(const ResampleShape& s, size_t in, size_t out, Span<const int32_t> sources, size_t weights) {
  const int32_t inSize[] = {s.inSize.depth, s.inSize.height, s.inSize.width};
  const int32_t outSize[] = {s.outSize.depth, s.outSize.height, s.outSize.width};
  if (s.batch < 0 || s.channels < 0) return false;
  size_t count = 0;
  for (int axis = 0; axis < 3; ++axis) {
    if (inSize[axis] < 1 || outSize[axis] < 0) return false;
    count += size_t(outSize[axis]);
  }
  if (sources.length < 2 * count || weights < count) return false;
  size_t at = 0;
  for (int axis = 0; axis < 3; ++axis) {
    for (int32_t i = 0; i < 2 * outSize[axis]; ++i, ++at) {
      if (uint32_t(sources[at]) >= uint32_t(inSize[axis])) return false;
    }
  }
  const size_t images = size_t(s.batch) * size_t(s.channels);
  return in >= images * s.inSize.volume() && out >= images * s.outSize.volume();
}

#define OCTAVO_EXPECT_RESAMPLE(in, out)                                                   \
  OCTAVO_EXPECT(fitsResample(shape, in.length, out.length, sources, weights.length),      \
                "arrays as long as the shape says, and sources inside of the input")

/** `body(corner, out)` for the output pixels of one line, `out` counting pixels of the image. */
template <typename Body>
inline void eachPixel(const ResampleShape& s, const int32_t* sources, const float* weights, size_t line, const Body& body) {
  const size_t depth = size_t(s.outSize.depth), height = size_t(s.outSize.height), width = size_t(s.outSize.width);
  const size_t d = line / height, h = line % height;
  for (size_t w = 0; w < width; ++w) {
    const size_t outputs[] = {depth + height + w, depth + h, d};
    Corner corner;
    size_t among[3];
    for (size_t axis = 0; axis < 3; ++axis) {
      const float weight = weights[outputs[axis]];
      if (weight == 0) continue;
      corner.weights[corner.axes] = weight;
      among[corner.axes++] = axis;
    }
    for (size_t number = 0; number < size_t(1) << corner.axes; ++number) {
      size_t second[3] = {};
      for (size_t i = 0; i < corner.axes; ++i) second[among[i]] = number >> i & 1;
      const auto source = [&](size_t axis) { return size_t(sources[2 * outputs[axis] + second[axis]]); };
      const size_t row = source(2) * size_t(s.inSize.height) + source(1);
      corner.offsets[number] = (row * size_t(s.inSize.width) + source(0)) * size_t(s.channels);
    }
    body(corner, (line * width + w) * size_t(s.channels));
  }
}

/** `body(image, line)` for every output line of every image, in parallel. */
template <typename Body>
inline void eachLine(const ResampleShape& s, const Body& body) {
  const size_t lines = size_t(s.outSize.depth) * size_t(s.outSize.height);
  const size_t work = size_t(s.outSize.width) * size_t(s.channels);
  parallelFor(size_t(s.batch) * lines, 1 + elementGrain / (work + 1), [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) body(i / lines, i % lines);
  });
}

/** The value at a corner, axes one after the other, the last one outside; `read(lanes, number)` gives an input. */
template <typename V, size_t axes, size_t number = 0, typename Read>
inline V alongAxes(const Corner& corner, const Read& read) {
  if constexpr (axes == 0) {
    return read(V{}, number);
  } else {
    constexpr size_t last = axes - 1;
    const V first = alongAxes<V, last, number>(corner, read);
    const V second = alongAxes<V, last, number + (size_t(1) << last)>(corner, read);
    return V::broadcast(1.0f - corner.weights[last]) * first + V::broadcast(corner.weights[last]) * second;
  }
}

/** `write(channel, value)` for the channels of one pixel; `read(lanes, offset + channel)` gives an input. */
template <size_t axes, typename Read, typename Write>
inline void resamplePixel(const Corner& corner, size_t channels, const Read& read, const Write& write) {
  const Corner own = corner;
  eachVector(0, channels, [=](auto lanes, size_t c) {
    using V = decltype(lanes);
    write(c, alongAxes<V, axes>(own, [=](auto one, size_t number) { return read(one, own.offsets[number] + c); }));
  });
}

/** `resamplePixel` for as many axes as the corner has. */
template <typename Read, typename Write>
inline void resampleCorner(const Corner& corner, size_t channels, const Read& read, const Write& write) {
  switch (corner.axes) {
    case 0: return resamplePixel<0>(corner, channels, read, write);
    case 1: return resamplePixel<1>(corner, channels, read, write);
    case 2: return resamplePixel<2>(corner, channels, read, write);
    default: return resamplePixel<3>(corner, channels, read, write);
  }
}

void resample(Span<const float> x, Span<const int32_t> sources, Span<const float> weights, Span<float> y,
              const ResampleShape& shape) {
  OCTAVO_EXPECT_RESAMPLE(x, y);
  const size_t channels = size_t(shape.channels);
  eachLine(shape, [&](size_t image, size_t line) {
    const float* from = x.data + image * shape.inSize.volume() * channels;
    float* to = y.data + image * shape.outSize.volume() * channels;
    eachPixel(shape, sources.data, weights.data, line, [=](const Corner& corner, size_t out) {
      resampleCorner(
          corner, channels, [=](auto lanes, size_t i) { return decltype(lanes)::load(from + i); },
          [=](size_t c, auto value) { value.store(to + out + c); });
    });
  });
}

/** One image is one piece, as outputs share inputs. */
void resampleGradient(Span<const float> dy, Span<const int32_t> sources, Span<const float> weights, Span<float> dx,
                      const ResampleShape& shape) {
  OCTAVO_EXPECT_RESAMPLE(dx, dy);
  const size_t channels = size_t(shape.channels), inVolume = shape.inSize.volume(), outVolume = shape.outSize.volume();
  const size_t lines = size_t(shape.outSize.depth) * size_t(shape.outSize.height);
  parallelFor(size_t(shape.batch), 1 + elementGrain / (inVolume * channels + 1), [&](size_t begin, size_t end) {
    for (size_t image = begin; image < end; ++image) {
      float* target = dx.data + image * inVolume * channels;
      const float* gradient = dy.data + image * outVolume * channels;
      for (size_t i = 0; i < inVolume * channels; ++i) target[i] = 0;
      for (size_t line = 0; line < lines; ++line) {
        eachPixel(shape, sources.data, weights.data, line, [=](const Corner& corner, size_t out) {
          for (size_t i = 0; i < size_t(1) << corner.axes; ++i) {
            float share = 1;
            for (size_t axis = 0; axis < corner.axes; ++axis) {
              share *= i >> axis & 1 ? corner.weights[axis] : 1.0f - corner.weights[axis];
            }
            float* at = target + corner.offsets[i];
            eachVector(0, channels, [=](auto lanes, size_t c) {
              using V = decltype(lanes);
              (V::load(at + c) + V::broadcast(share) * V::load(gradient + out + c)).store(at + c);
            });
          }
        });
      }
    }
  });
}

void quantizedResample(Input8 x, Span<const int32_t> sources, Span<const float> weights, Output8 y, int32_t zeroPoint,
                       int32_t quantMin, int32_t quantMax, const ResampleShape& shape) {
  OCTAVO_EXPECT(x.kind == y.kind, "x and y of one element type");
  OCTAVO_EXPECT_RESAMPLE(x, y);
  const size_t channels = size_t(shape.channels);
  const Rounder round(zeroPoint, quantMin, quantMax);
  withElements(x, [&](const auto* all) {
    using T = std::remove_const_t<std::remove_pointer_t<decltype(all)>>;
    eachLine(shape, [&](size_t image, size_t line) {
      const T* from = all + image * shape.inSize.volume() * channels;
      T* to = static_cast<T*>(y.data) + image * shape.outSize.volume() * channels;
      eachPixel(shape, sources.data, weights.data, line, [=](const Corner& corner, size_t out) {
        if (corner.axes == 0) {
          std::memcpy(to + out, from + corner.offsets[0], channels * sizeof(T));
          return;
        }
        resampleCorner(
            corner, channels,
            [=](auto lanes, size_t i) {
              using V = decltype(lanes);
              return toFloat(Int<V>::load(from + i) - Int<V>::broadcast(zeroPoint));
            },
            [=](size_t c, auto value) { round(value).store(to + out + c); });
      });
    });
  });
}

#undef OCTAVO_EXPECT_RESAMPLE

}  // namespace octavo::OCTAVO_ISA
