#pragma once
#include "blocking.h"
#include "elementwise.h"
#include "quantize.h"
#include "range.h"
#include "workspace.h"

// What observers look at.
namespace octavo::OCTAVO_ISA {

void minMax(Span<const float> x, Span<float> min, Span<float> max, const ChannelBlocks& blocks) {
  const size_t channels = size_t(blocks.channels), inner = size_t(blocks.inner), outer = size_t(blocks.outer);
  OCTAVO_EXPECT(x.length >= blocks.elements(), "x with an element for each of blocks'");
  OCTAVO_EXPECT(min.length >= channels && max.length >= channels, "a minimum and a maximum per channel");
  if (blocks.elements() == 0) return;
  if (channels == 1) {
    const size_t count = blocks.elements(), pieces = divideUp(count, elementGrain);
    Workspace<Range> partial(pieces);
    parallelFor(count, elementGrain, [&](size_t begin, size_t end) {
      partial.data()[begin / elementGrain] = rangeOf(&x[begin], end - begin);
    });
    Range range;
    for (size_t piece = 0; piece < pieces; ++piece) range.add(partial.data()[piece]);
    return range.write(min[0], max[0]);
  }
  parallelFor(channels, 1 + elementGrain / (outer * inner + 1), [&](size_t first, size_t last) {
    for (size_t c = first; c < last; ++c) {
      Range range;
      for (size_t o = 0; o < outer; ++o) {
        const float* run = &x[(o * channels + c) * inner];
        if (inner == 1) range.add(*run);
        else range.add(rangeOf(run, inner));
      }
      range.write(min[c], max[c]);
    }
  });
}

/**
 * torch.histc: bin = fl(fl(fl(x − low) · bins) / fl(high − low)), truncated; high falls into the last bin. Counts are
 * integers until the end, so those above 2²⁴ are right too.
 */
void histogram(Span<const float> x, Span<float> counts, float low, float high) {
  const size_t bins = counts.length;
  OCTAVO_EXPECT(bins > 0, "at least one bin");
  const float range = high - low, scale = static_cast<float>(bins);
  // At most 16 partial histograms.
  const size_t grain = roundUp(divideUp(x.length + 1, 16), elementGrain), pieces = divideUp(x.length, grain);
  Workspace<uint32_t> partial(pieces * bins + 1);
  parallelFor(x.length, grain, [&](size_t begin, size_t end) {
    uint32_t* own = partial.data() + begin / grain * bins;
    for (size_t bin = 0; bin < bins; ++bin) own[bin] = 0;
    constexpr size_t batch = 64;
    int32_t places[batch];
    for (size_t start = begin; start < end; start += batch) {
      const size_t size = smallest(batch, end - start);
      eachVector(0, size, [&](auto lanes, size_t i) {
        using V = decltype(lanes);
        const V value = V::load(&x[start + i]);
        const auto inside = (value >= V::broadcast(low)) & (value <= V::broadcast(high));
        const V place = floor((value - V::broadcast(low)) * V::broadcast(scale) / V::broadcast(range));
        toInt(select(inside, place, V::broadcast(-1))).store(places + i);
      });
      for (size_t i = 0; i < size; ++i) {
        if (places[i] < 0) continue;
        ++own[smallest(size_t(places[i]), bins - 1)];
      }
    }
  });
  for (size_t bin = 0; bin < bins; ++bin) {
    uint64_t count = 0;
    for (size_t piece = 0; piece < pieces; ++piece) count += partial.data()[piece * bins + bin];
    counts[bin] = static_cast<float>(count);
  }
}

}  // namespace octavo::OCTAVO_ISA
