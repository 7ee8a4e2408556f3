#pragma once
#include "quantized-conv-window-operands.h"
#include "quantized-winograd-filters.h"
#include "quantized-winograd-tiles.h"
#include "threads.h"

// 3×3 convolutions with a quarter of the multiplications, or half of them for stride 2; exact.
namespace octavo::OCTAVO_ISA {

/** How the tiles of a convolution are cut into blocks. */
template <typename Form>
struct WinogradPlan {
  /**
   * Bytes of a block's transformed data and of its products with one panel: most of the second-level cache, which is 1 MiB and
   * more in processors with vectors of 512 bits, often 512 KiB in others.
   */
  static constexpr size_t blockBytes = size_t(Vector::width >= 16 ? 704 : 336) << 10;
  /** Depth of the filters that are transformed at a time. */
  static constexpr size_t chunk = 64;
  static constexpr size_t points = Form::points * Form::points, filters = Form::filters * Form::filters;
  static constexpr size_t line = 64;

  size_t channels, tileRows, tileColumns, tiles, block, blocks, panels;
  /** Shorts between tiles and between points of the data: whole vectors, and points spread over the cache's sets. */
  size_t tileStride, dataStride;
  /** The same between points of the filters. */
  static constexpr size_t filterStride = chunk * dotColumns + line / sizeof(int16_t);

  explicit WinogradPlan(const ConvShape& shape)
      : channels(size_t(shape.inChannels)),
        tileRows(divideUp(size_t(shape.outSize.height), Form::outputs)),
        tileColumns(divideUp(size_t(shape.outSize.width), Form::outputs)),
        tiles(size_t(shape.batch) * size_t(shape.inSize.depth) * tileRows * tileColumns),
        panels(divideUp(size_t(shape.outChannels), dotColumns)),
        tileStride(roundUp(channels, ShortVector::width)) {
    const size_t tileBytes = points * (tileStride * sizeof(int16_t) + dotColumns * sizeof(int32_t));
    const size_t fitting = blockBytes < dotTile.rows * tileBytes ? dotTile.rows : blockBytes / tileBytes;
    block = tiles == 0 ? 1 : divideUp(tiles, divideUp(tiles, fitting));
    blocks = divideUp(tiles, block);
    dataStride = (divideUp(block * tileStride * sizeof(int16_t), line) | 1) * line / sizeof(int16_t);
  }

  /** Tiles of a block. */
  size_t count(size_t index) const { return smallest(block, tiles - index * block); }
};

/** `Rivals` are forms that do better for some sizes, and can do all that this one can. */
template <typename Form, typename... Rivals>
struct WinogradMethod {
  using Plan = WinogradPlan<Form>;
  static constexpr const char* name = Form::name;
  static constexpr size_t points = Plan::points;
  static constexpr size_t enoughBlocks = 4;

  static bool takes(const ConvFacts& facts) {
    const ConvShape& shape = facts.shape;
    return fits(shape) && cost(shape) < costOfDefinition(facts) &&
           (... && (cost(shape) <= WinogradMethod<Rivals>::cost(shape))) && isExact(facts);
  }

  static bool fits(const ConvShape& s) {
    const auto flat = [](const Spatial& spatial, int32_t value) {
      return spatial.height == value && spatial.width == value;
    };
    return s.groups == 1 && s.kernel.depth == 1 && s.stride.depth == 1 && s.padding.depth == 0 &&
           s.inSize.depth == s.outSize.depth && flat(s.kernel, 3) && flat(s.stride, Form::stride) && flat(s.dilation, 1);
  }

  /**
   * For each pair of channels, in products of long rows: the products, which are dearer here, and the transforms. For each
   * point of a tile, the data costs as much as 4 products per input channel, the outputs as much as 11 per output channel.
   * Measured on AVX2 over the layers of ResNets.
   */
  static double cost(const ConvShape& s) {
    const double tiles = double(Plan(s).tiles), shares = 1 + 4.0 / s.outChannels + 11.0 / s.inChannels;
    return Form::productCost * (double(points) * tiles * shares + Form::filterCost * Plan::filters);
  }
  /** Of gathered rows: a tenth goes into the gathering. */
  static double costOfDefinition(const ConvFacts& facts) {
    const double products = 9 * 1.1 * double(outElements(facts.shape) / facts.channels());
#ifdef OCTAVO_BYTE_DOT
    if (ByteOperands::takes(facts)) return products * ByteDot::cost;
#endif
#ifdef OCTAVO_PAIRED_DOT
    if (WindowOperands::takes(facts)) return products * WindowOperands::cost;
#endif
    return products;
  }

  /** Weights are kept as int8, and the last step must find the true sums again. */
  static bool isExact(const ConvFacts& facts) {
    for (size_t channel = 0; channel < facts.channels(); ++channel) {
      const auto [least, most] = facts.sums(channel);
      if (least < -Form::largestSum || most > Form::largestSum) return false;
    }
    return facts.hasByteWeights();
  }

  static size_t bytes(const ConvShape& shape) { return WinogradFilters8(shape).bytes(); }
  static void pack(const ConvFacts& facts, uint8_t* packed) { WinogradFilters8(facts.shape).pack(facts, packed); }

  static void run(const ConvCall& call) {
    const Plan plan(call.shape);
    // Threads take whole blocks where each gets as many, or where there are several; else they share the channels of one
    // block after the other.
    if (plan.blocks % sharers() == 0 || plan.blocks >= enoughBlocks) {
      parallelFor(plan.blocks, 1, [&](size_t begin, size_t end) {
        const Workspace<int16_t> data(points * plan.dataStride);
        for (size_t block = begin; block < end; ++block) {
          for (size_t i = 0; i < plan.count(block); ++i) transformTile(call, plan, block, i, data.data());
          for (size_t panel = 0; panel < plan.panels; ++panel) multiply(call, plan, block, panel * dotColumns, dotColumns, data.data());
        }
      });
      return;
    }
    const Workspace<int16_t> data(points * plan.dataStride);
    for (size_t block = 0; block < plan.blocks; ++block) {
      const size_t count = plan.count(block);
      parallelFor(count, grainOf(taskProducts, uint64_t(16) * points * plan.channels), [&](size_t begin, size_t end) {
        for (size_t i = begin; i < end; ++i) transformTile(call, plan, block, i, data.data());
      });
      const size_t share = plan.panels < sharers() ? pairColumns : dotColumns;
      const uint64_t products = uint64_t(points) * count * plan.channels * share;
      parallelFor(divideUp(size_t(call.shape.outChannels), share), grainOf(taskProducts, products), [&](size_t begin, size_t end) {
        for (size_t i = begin; i < end; ++i) multiply(call, plan, block, i * share, share, data.data());
      });
    }
  }

 private:
  struct Tile {
    size_t image;
    ptrdiff_t row, column;
    Tile(const Plan& plan, size_t index)
        : image(index / (plan.tileRows * plan.tileColumns)),
          row(ptrdiff_t(index / plan.tileColumns % plan.tileRows * Form::outputs)),
          column(ptrdiff_t(index % plan.tileColumns * Form::outputs)) {}
  };

  /** Tile i of a block. */
  static void transformTile(const ConvCall& call, const Plan& plan, size_t block, size_t i, int16_t* data) {
    constexpr ptrdiff_t edge = Form::points;
    const Spatial& size = call.shape.inSize;
    const size_t channels = plan.channels, padded = plan.tileStride;
    const Tile tile(plan, block * plan.block + i);
    constexpr auto stride = ptrdiff_t(Form::stride);
    const ptrdiff_t row = tile.row * stride - call.shape.padding.height,
                    column = tile.column * stride - call.shape.padding.width;
    const auto pixel = [&](ptrdiff_t r, ptrdiff_t c) {
      const size_t line = tile.image * size_t(size.height) + size_t(r);
      return call.x.data + (line * size_t(size.width) + size_t(c)) * channels;
    };
    const auto transform = [&](const uint8_t* from, size_t rowStride) {
      transformData<Form>(from, rowStride, padded, padded, call.x.flip, call.x.zero, data + i * plan.tileStride,
                          plan.dataStride);
    };
    const bool inside = row >= 0 && row + edge <= size.height && column >= 0 && column + edge <= size.width;
    if (inside && padded == channels) return transform(pixel(row, column), size_t(size.width) * channels);
    const Workspace<uint8_t> patch(points * padded);
    std::memset(patch.data(), call.x.zero ^ call.x.flip, points * padded);
    uint8_t* at = patch.data();
    for (ptrdiff_t r = row; r < row + edge; ++r) {
      for (ptrdiff_t c = column; c < column + edge; ++c, at += padded) {
        if (r >= 0 && r < size.height && c >= 0 && c < size.width) std::memcpy(at, pixel(r, c), channels);
      }
    }
    transform(patch.data(), edge * padded);
  }

  /** At most `most` output channels from `channel` on, a panel of them or a pair of vectors, for the tiles of a block. */
  static void multiply(const ConvCall& call, const Plan& plan, size_t block, size_t channel, size_t most,
                       const int16_t* data) {
    constexpr size_t chunkSteps = Plan::chunk / Dot::depth;
    constexpr size_t productStride = points * dotColumns;
    const size_t columns = smallest(most, size_t(call.shape.outChannels) - channel);
    const size_t pairs = divideUp(columns, pairColumns), tallest = WinogradTiles::size.rowsOf(pairs);
    const WinogradFilters8 kept(call.shape);
    const size_t count = plan.count(block);
    const Workspace<int16_t> filters(Plan::filters * Plan::filterStride);
    const Workspace<int32_t> products(count * productStride);
    const int8_t* packed = call.packedAs<int8_t>() + channel / pairColumns * kept.pairBytes();
    for (size_t step = 0; step < kept.steps; step += chunkSteps, packed += chunkSteps * 9 * pairShorts) {
      const size_t some = smallest(chunkSteps, kept.steps - step);
      for (size_t pair = 0; pair < pairs; ++pair) {
        transformFilters<Form, Plan::filterStride>(some, packed + pair * kept.pairBytes(), pairs * pairShorts,
                                                   filters.data() + pair * pairShorts);
      }
      for (size_t point = 0; point < points; ++point) {
        constexpr const auto& filterOf = Form::filterOf;
        const size_t filter = filterOf[point / Form::points] * Form::filters + filterOf[point % Form::points];
        const int16_t* const from = data + point * plan.dataStride + step * Dot::depth;
        // Of about equal heights: no call takes more than one.
        for (size_t tile = 0, rows; tile < count; tile += rows) {
          rows = divideUp(count - tile, divideUp(count - tile, tallest));
          const auto run = TileTable<WinogradTiles, WinogradTiles::size>::of(rows, pairs);
          run(some, from + tile * plan.tileStride, plan.tileStride, filters.data() + filter * Plan::filterStride,
              products.data() + tile * productStride + point * dotColumns, productStride, step > 0);
        }
      }
    }
    for (size_t i = 0; i < count; ++i) {
      const Tile tile(plan, block * plan.block + i);
      for (size_t pair = 0; pair < columns; pair += pairColumns) {
        store(call, tile, channel + pair, products.data() + i * productStride + pair);
      }
    }
  }

  /** The outputs of a tile for a pair of vectors of channels. */
  static void store(const ConvCall& call, const Tile& tile, size_t channel, const int32_t* products) {
    const Spatial& size = call.shape.outSize;
    const size_t channels = size_t(call.shape.outChannels), width = size_t(size.width);
    const size_t rows = smallest(Form::outputs, size_t(size.height - tile.row));
    const size_t columns = smallest(Form::outputs, size_t(size.width - tile.column));
    const size_t line = tile.image * size_t(size.height) + size_t(tile.row);
    uint8_t* const corner = call.y + (line * width + size_t(tile.column)) * channels + channel;
    uint8_t outside[Form::outputs][pairColumns];
    transformProducts<Form>(
        products, call.requantizer.from(channel), rows, smallest(pairColumns, channels - channel),
        [&](size_t r, size_t c) { return c < columns ? corner + (r * width + c) * channels : outside[c]; });
  }
};

}  // namespace octavo::OCTAVO_ISA
