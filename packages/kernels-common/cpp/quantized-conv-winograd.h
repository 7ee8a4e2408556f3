#pragma once
#include "quantized-conv-window-operands.h"
#include "quantized-winograd-blocks.h"
#include "threads.h"

// 3×3 convolutions with a quarter of the multiplications, or half of them for stride 2; exact.
namespace octavo::OCTAVO_ISA {

template <typename Form>
struct WinogradMethod {
  using Plan = WinogradPlan<Form>;
  using Block = WinogradBlock<Form>;
  static constexpr const char* name = Form::name;
  static constexpr size_t points = Plan::points;
  static constexpr size_t enoughBlocks = 4;

  static bool takes(const ConvFacts& facts) {
    const ConvShape& shape = facts.shape;
    return fits(shape) && cost(shape) < costOfDefinition(facts) && isExact(facts);
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
    const double shares = 1 + 4.0 / s.outChannels + 11.0 / s.inChannels;
    return Form::productCost * (double(Plan(s).products()) * shares + Form::filterCost * Plan::filters);
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
    const auto runBlocks = [&](size_t begin, size_t end) {
      for (size_t block = begin; block < end; ++block) runBlock(call, plan, block);
    };
    // Threads take whole blocks where each gets as many, or where there are several; else they share one after the other.
    if (plan.blocks % sharers() == 0 || plan.blocks >= enoughBlocks) parallelFor(plan.blocks, 1, runBlocks);
    else runBlocks(0, plan.blocks);
  }

 private:
  static void runBlock(const ConvCall& call, const Plan& plan, size_t index) {
    const Workspace<int16_t> data(points * plan.dataStride);
    const Block block(plan, index);
    parallelFor(block.tiles(), grainOf(taskProducts, uint64_t(16) * points * plan.channels), [&](size_t begin, size_t end) {
      for (size_t i = begin; i < end; ++i) transformTile(call, plan, block, i, data.data());
    });
    // Where there are fewer panels than threads, each is multiplied in parts, with some of the tiles.
    const size_t some = divideUp(block.tiles(), divideUp(sharers(), plan.panels)), parts = divideUp(block.tiles(), some);
    const uint64_t products = uint64_t(points) * some * plan.channels * dotColumns;
    parallelFor(plan.panels * parts, grainOf(taskProducts, products), [&](size_t begin, size_t end) {
      for (size_t task = begin; task < end; ++task) {
        const size_t first = task % parts * some;
        multiply(call, plan, block, {first, smallest(block.tiles(), first + some)}, task / parts * dotColumns, data.data());
      }
    });
  }

  /** Tile i of a block. */
  static void transformTile(const ConvCall& call, const Plan& plan, const Block& block, size_t i, int16_t* data) {
    const Spatial& size = call.shape.inSize;
    const size_t channels = plan.channels, padded = plan.tileStride;
    const auto& [image, firstRow, firstColumn, used] = block.tile(i);
    constexpr auto stride = ptrdiff_t(Form::stride);
    const ptrdiff_t row = firstRow * stride - call.shape.padding.height, below = row + ptrdiff_t(used.rows),
                    column = firstColumn * stride - call.shape.padding.width, behind = column + ptrdiff_t(used.columns);
    const auto pixel = [&](ptrdiff_t r, ptrdiff_t c) {
      const size_t line = image * size_t(size.height) + size_t(r);
      return call.x.data + (line * size_t(size.width) + size_t(c)) * channels;
    };
    const auto transform = [&](const uint8_t* from, size_t rowStride) {
      transformData<Form>(used, from, rowStride, padded, padded, call.x.flip, call.x.zero, data + i * plan.tileStride,
                          plan.dataStride);
    };
    const bool inside = row >= 0 && below <= size.height && column >= 0 && behind <= size.width;
    if (inside && padded == channels) return transform(pixel(row, column), size_t(size.width) * channels);
    const Workspace<uint8_t> patch(used.rows * used.columns * padded);
    std::memset(patch.data(), call.x.zero ^ call.x.flip, used.rows * used.columns * padded);
    uint8_t* at = patch.data();
    for (ptrdiff_t r = row; r < below; ++r) {
      for (ptrdiff_t c = column; c < behind; ++c, at += padded) {
        if (r >= 0 && r < size.height && c >= 0 && c < size.width) std::memcpy(at, pixel(r, c), channels);
      }
    }
    transform(patch.data(), used.columns * padded);
  }

  /** A panel of output channels, from `channel` on, for some tiles of a block. */
  static void multiply(const ConvCall& call, const Plan& plan, const Block& block, const TileRange& tiles, size_t channel,
                       const int16_t* data) {
    constexpr size_t productStride = points * dotColumns;
    const WinogradFilters8 kept(call.shape);
    const Workspace<int16_t> filters(Plan::filters * Plan::filterStride);
    const Workspace<int32_t> products(tiles.size() * productStride);
    const auto chunkAt = [&](size_t panel, size_t step) { return kept.chunk(call.packedAs<int8_t>(), panel / pairColumns, step); };
    const size_t pairs = chunkAt(channel, 0).pairs, tallest = WinogradTiles::size.rowsOf(pairs);
    const PointPieces<Form> pieces(plan, block, tiles, tallest);
    const size_t runs = pieces.count();
    for (size_t step = 0, next; step < kept.steps; step = next) {
      const FilterChunk chunk = chunkAt(channel, step);
      for (size_t pair = 0; pair < pairs; ++pair) {
        transformFilters<Form, Plan::filterStride>(chunk.steps, chunk.taps + pair * kept.pairBytes(), pairs * pairShorts,
                                                   filters.data() + pair * pairShorts);
      }
      next = step + chunk.steps;
      FilterFetch fetch(next < kept.steps ? chunkAt(channel, next) : chunkAt(channel + dotColumns, 0), kept.pairBytes(), runs);
      for (size_t point = 0; point < points; ++point) {
        const size_t row = point / Form::points, column = point % Form::points;
        const size_t filter = Form::filterOf[row] * Form::filters + Form::filterOf[column];
        const auto& [begin, count, length, longer] = pieces(row, column);
        for (size_t piece = 0, tile = begin, rows; piece < count; ++piece, tile += rows) {
          rows = length + (piece < longer ? 1 : 0);
          const auto run = TileTable<WinogradTiles, WinogradTiles::size>::of(rows, pairs);
          run(chunk.steps, data + point * plan.dataStride + tile * plan.tileStride + step * Dot::depth, plan.tileStride,
              filters.data() + filter * Plan::filterStride, products.data() + (tile - tiles.begin) * productStride + point * dotColumns,
              productStride, step > 0);
          fetch.step();
        }
      }
    }
    for (size_t i = 0; i < tiles.size(); ++i) {
      const WinogradTile& tile = block.tile(tiles.begin + i);
      for (size_t pair = 0; pair < pairs; ++pair) {
        const size_t column = pair * pairColumns;
        store(call, tile, channel + column, products.data() + i * productStride + column);
      }
    }
  }

  /** The outputs of a tile for a pair of vectors of channels. */
  static void store(const ConvCall& call, const WinogradTile& tile, size_t channel, const int32_t* products) {
    const Spatial& size = call.shape.outSize;
    const size_t channels = size_t(call.shape.outChannels), width = size_t(size.width);
    const size_t rows = smallest(Form::outputs, size_t(size.height - tile.row));
    const size_t columns = smallest(Form::outputs, size_t(size.width - tile.column));
    const size_t line = tile.image * size_t(size.height) + size_t(tile.row);
    uint8_t* const corner = call.y + (line * width + size_t(tile.column)) * channels + channel;
    uint8_t outside[Form::outputs][pairColumns];
    transformProducts<Form>(
        tile.used, products, call.requantizer.from(channel), rows, smallest(pairColumns, channels - channel),
        [&](size_t r, size_t c) { return c < columns ? corner + (r * width + c) * channels : outside[c]; });
  }
};

}  // namespace octavo::OCTAVO_ISA
