#pragma once
#ifdef OCTAVO_BYTE_DOT
#include "quantized-conv-byte-rows.h"
#endif
#include "quantized-conv-method.h"
#include "threads.h"
#include "quantized-winograd-tiles.h"

// 3×3 convolutions of stride 1 with a quarter of the multiplications, exact.
namespace octavo::OCTAVO_ISA {

/** How the tiles of a convolution are cut into blocks. */
template <typename Form>
struct WinogradPlan {
  /** Bytes of a block's transformed data: with a chunk of filters they fill half of a common second-level cache. */
  static constexpr size_t dataBytes = 320 << 10;
  /** Depth of the filters that are transformed at a time. */
  static constexpr size_t chunk = 64;
  static constexpr size_t points = Form::points * Form::points;
  static constexpr size_t line = 64;

  size_t channels, images, tileRows, tileColumns, tiles, block, blocks, panels, groupPanels, groups;
  /** Shorts between tiles and between points of the data: whole vectors, and points spread over the cache's sets. */
  size_t tileStride, dataStride;
  /** The same between points of the filters. */
  static constexpr size_t filterStride = chunk / Dot::depth * stepShorts + line / sizeof(int16_t);

  explicit WinogradPlan(const ConvShape& shape)
      : channels(size_t(shape.inChannels)),
        images(size_t(shape.batch) * size_t(shape.inSize.depth)),
        tileRows(divideUp(size_t(shape.outSize.height), Form::outputs)),
        tileColumns(divideUp(size_t(shape.outSize.width), Form::outputs)),
        tiles(images * tileRows * tileColumns),
        panels(divideUp(size_t(shape.outChannels), dotColumns)),
        tileStride(roundUp(channels, ShortVector::width)) {
    // Equal blocks of whole register tiles.
    constexpr size_t rows = dotTile.rows;
    const size_t fitting = dataBytes / (points * tileStride * sizeof(int16_t)) / rows * rows;
    block = divideUp(tiles, divideUp(tiles, fitting < rows ? rows : fitting));
    if (block < tiles) block = roundUp(block, rows);
    blocks = divideUp(tiles, block);
    dataStride = ((divideUp(block * tileStride * sizeof(int16_t), line)) | 1) * line / sizeof(int16_t);
    // Few blocks are cut along the output channels, too.
    groups = smallest(panels, blocks >= 8 ? 1 : blocks >= 4 ? 2 : 4);
    groupPanels = divideUp(panels, groups);
    groups = divideUp(panels, groupPanels);
  }
};

/** `Rivals` are forms that do better for some sizes, and can do all that this one can. */
template <typename Form, typename... Rivals>
struct WinogradMethod {
  using Plan = WinogradPlan<Form>;
  static constexpr const char* name = Form::name;
  static constexpr size_t points = Plan::points;

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
           s.inSize.depth == s.outSize.depth && flat(s.kernel, 3) && flat(s.stride, 1) && flat(s.dilation, 1);
  }

  /**
   * Products for each pair of channels, with the transforms of data, outputs and filters in the same unit, as
   * measured on AVX2: these cost as much as 4, 11 and 2.5 products per output channel, input channel and tile.
   */
  static double cost(const ConvShape& s) {
    const double tiles = double(Plan(s).tiles);
    return double(points) * (tiles * (1 + 4.0 / s.outChannels + 11.0 / s.inChannels) + 2.5);
  }
  /** Of gathered rows: a tenth goes into the gathering. */
  static double costOfDefinition(const ConvFacts& facts) {
    const double products = 9 * 1.1 * double(outElements(facts.shape) / facts.channels());
#ifdef OCTAVO_BYTE_DOT
    if (ByteRowsMethod::takes(facts)) return products * ByteDot::cost;
#endif
    return products;
  }

  /** Weights are kept as int8, and the last step must find the true sums again. */
  static bool isExact(const ConvFacts& facts) {
    for (size_t channel = 0; channel < facts.channels(); ++channel) {
      const auto [least, most] = facts.sums(channel);
      if (least < -Form::largestSum || most > Form::largestSum) return false;
      for (size_t i = 0; i < filterElements(facts.shape); ++i) {
        const int16_t w = facts.weight(channel, i);
        if (w != int8_t(w)) return false;
      }
    }
    return true;
  }

  static size_t steps(const ConvShape& shape) { return divideUp(size_t(shape.inChannels), Dot::depth); }

  /** (panel, step, tap, column, depth), int8. */
  static size_t bytes(const ConvShape& shape) {
    return divideUp(size_t(shape.outChannels), dotColumns) * steps(shape) * 9 * stepShorts;
  }

  static void pack(const ConvFacts& facts, uint8_t* packed) {
    const size_t inChannels = size_t(facts.shape.inChannels), outChannels = facts.channels();
    auto* to = reinterpret_cast<int8_t*>(packed);
    for (size_t panel = 0; panel < outChannels; panel += dotColumns) {
      for (size_t c = 0; c < inChannels; c += Dot::depth) {
        for (size_t tap = 0; tap < 9; ++tap) {
          for (size_t o = panel; o < panel + dotColumns; ++o) {
            for (size_t i = c; i < c + Dot::depth; ++i) {
              *to++ = o < outChannels && i < inChannels ? int8_t(facts.weight(o, tap * inChannels + i)) : 0;
            }
          }
        }
      }
    }
  }

  static void run(const ConvCall& call) {
    const Plan plan(call.shape);
    parallelFor(plan.blocks * plan.groups, 1, [&](size_t begin, size_t end) {
      const Workspace<int16_t> data(points * plan.dataStride);
      for (size_t task = begin; task < end; ++task) {
        const size_t first = task / plan.groups * plan.block, panel = task % plan.groups * plan.groupPanels;
        const size_t count = smallest(plan.block, plan.tiles - first);
        transformTiles(call, plan, first, count, data.data());
        multiplyTiles(call, plan, first, count, data.data(), panel,
                      smallest(plan.groupPanels, plan.panels - panel));
      }
    });
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

  static void transformTiles(const ConvCall& call, const Plan& plan, size_t first, size_t count, int16_t* to) {
    constexpr ptrdiff_t edge = Form::points;
    const Spatial& size = call.shape.inSize;
    const size_t channels = plan.channels, padded = roundUp(channels, ShortVector::width);
    const Workspace<uint8_t> patch(points * padded);
    for (size_t i = 0; i < count; ++i, to += plan.tileStride) {
      const Tile tile(plan, first + i);
      const ptrdiff_t row = tile.row - call.shape.padding.height, column = tile.column - call.shape.padding.width;
      const uint8_t* const image =
          call.x.data + tile.image * size_t(size.height) * size_t(size.width) * channels;
      const auto pixel = [&](ptrdiff_t r, ptrdiff_t c) { return image + size_t(r * size.width + c) * channels; };
      const bool inside = row >= 0 && row + edge <= size.height && column >= 0 && column + edge <= size.width;
      if (inside && padded == channels) {
        transformData<Form>(pixel(row, column), size_t(size.width) * channels, channels, channels, call.x.flip,
                            call.x.zero, to, plan.dataStride);
        continue;
      }
      std::memset(patch.data(), call.x.zero ^ call.x.flip, points * padded);
      uint8_t* at = patch.data();
      for (ptrdiff_t r = row; r < row + edge; ++r) {
        for (ptrdiff_t c = column; c < column + edge; ++c, at += padded) {
          if (r >= 0 && r < size.height && c >= 0 && c < size.width) std::memcpy(at, pixel(r, c), channels);
        }
      }
      transformData<Form>(patch.data(), edge * padded, padded, padded, call.x.flip, call.x.zero, to,
                          plan.dataStride);
    }
  }

  static void multiplyTiles(const ConvCall& call, const Plan& plan, size_t first, size_t count,
                            const int16_t* data, size_t firstPanel, size_t panels) {
    constexpr auto all = std::make_index_sequence<dotTile.rows>();
    const size_t allSteps = steps(call.shape), productStride = points * dotColumns;
    const Workspace<int16_t> filters(points * Plan::filterStride);
    const Workspace<int32_t> products(count * productStride);
    for (size_t panel = firstPanel; panel < firstPanel + panels; ++panel) {
      const auto* packed = call.packedAs<int8_t>() + panel * allSteps * 9 * stepShorts;
      for (size_t step = 0; step < allSteps; step += Plan::chunk / Dot::depth) {
        const size_t some = smallest(Plan::chunk / Dot::depth, allSteps - step);
        transformFilters<Form, Plan::filterStride>(some, packed + step * 9 * stepShorts, filters.data());
        for (size_t point = 0; point < points; ++point) {
          const int16_t* const from = data + point * plan.dataStride + step * Dot::depth;
          // Of equal heights, as far as they go.
          for (size_t tile = 0, rows; tile < count; tile += rows) {
            rows = divideUp(count - tile, divideUp(count - tile, dotTile.rows));
            productTileFor(rows, all)(some, from + tile * plan.tileStride, plan.tileStride,
                                      filters.data() + point * Plan::filterStride,
                                      products.data() + tile * productStride + point * dotColumns, productStride,
                                      step > 0);
          }
        }
      }
      storeTiles(call, plan, first, count, products.data(), panel * dotColumns);
    }
  }

  static void storeTiles(const ConvCall& call, const Plan& plan, size_t first, size_t count,
                         const int32_t* products, size_t channel) {
    const Spatial& size = call.shape.outSize;
    const size_t channels = size_t(call.shape.outChannels);
    const Requantizer requantizer = call.requantizer.from(channel);
    uint8_t outside[Form::outputs][dotColumns];
    for (size_t i = 0; i < count; ++i, products += points * dotColumns) {
      const Tile tile(plan, first + i);
      const size_t rows = smallest(Form::outputs, size_t(size.height - tile.row));
      const size_t columns = smallest(Form::outputs, size_t(size.width - tile.column));
      uint8_t* const corner =
          call.y + ((tile.image * size_t(size.height) + size_t(tile.row)) * size_t(size.width) + size_t(tile.column)) * channels +
          channel;
      transformProducts<Form>(products, requantizer, rows, smallest(dotColumns, channels - channel),
                              [&](size_t r, size_t c) {
                                return c < columns ? corner + (r * size_t(size.width) + c) * channels : outside[c];
                              });
    }
  }
};

}  // namespace octavo::OCTAVO_ISA
