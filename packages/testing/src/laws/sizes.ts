import { convShape, poolShape } from "@octavo/spec";
import type { ConvFields, ConvShape, PoolFields, PoolShape, Spatial } from "@octavo/spec";
import * as fc from "fast-check";

/** Sizes below, at and above the tiles of every kernel. */
export const tileSizes = [1, 3, 4, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 97, 129] as const;
export const tileSize = fc.constantFrom(...tileSizes);
/** The same without the larger ones, where several are multiplied. */
export const smallTileSize = fc.constantFrom(1, 3, 4, 7, 8, 15, 16, 17, 33);
/** Output channels: mostly few, sometimes more than one panel of the widest tiles. */
const outputChannels = fc.oneof(
  { weight: 6, arbitrary: smallTileSize },
  { weight: 1, arbitrary: fc.constantFrom(64, 65, 97, 129) },
);
/** Lengths of flat arrays: around vectors, and long enough for more than one block. */
export const arrayLength = fc.oneof(fc.nat(70), fc.constantFrom(127, 128, 129, 255, 257, 1023, 1025, 4099));

export const channelBlocks = fc.record({
  outer: fc.integer({ min: 1, max: 4 }),
  channels: smallTileSize,
  inner: smallTileSize,
});

/** One spatial axis of a window: kernel, stride, padding, dilation, and an input that the window fits into. */
const axis = (maxKernel: number, maxStride: number, maxDilation: number) =>
  fc
    .record({
      kernel: fc.integer({ min: 1, max: maxKernel }),
      stride: fc.integer({ min: 1, max: maxStride }),
      dilation: fc.integer({ min: 1, max: maxDilation }),
      paddingShare: fc.nat(2),
      endPadding: fc.nat(1),
      extra: fc.nat(7),
    })
    .map(({ kernel, stride, dilation, paddingShare, endPadding, extra }) => {
      const extent = (kernel - 1) * dilation + 1;
      const padding = Math.floor((paddingShare * (kernel - 1)) / 2);
      const inSize = Math.max(1, extent - 2 * padding + extra);
      const available = inSize + 2 * padding + (padding > 0 ? endPadding : 0);
      const outSize = Math.floor((Math.max(available, extent) - extent) / stride) + 1;
      return { kernel, stride, padding, dilation, inSize, outSize };
    });

type Axis = {
  kernel: number;
  stride: number;
  padding: number;
  dilation: number;
  inSize: number;
  outSize: number;
};
const one: Axis = { kernel: 1, stride: 1, padding: 0, dilation: 1, inSize: 1, outSize: 1 };

function alongAxes(axes: readonly Axis[]) {
  const three = [...Array.from({ length: 3 - axes.length }, () => one), ...axes];
  const along = (field: keyof Axis) => three.map((entry) => entry[field]) as unknown as Spatial;
  return {
    inSize: along("inSize"),
    outSize: along("outSize"),
    kernel: along("kernel"),
    stride: along("stride"),
    padding: along("padding"),
    dilation: along("dilation"),
  };
}

const convAxis = axis(4, 3, 2);
const convAxes = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(convAxis, convAxis) },
  { weight: 1, arbitrary: fc.tuple(convAxis) },
  { weight: 1, arbitrary: fc.tuple(axis(2, 2, 1), axis(2, 2, 1), axis(3, 2, 1)) },
  { weight: 2, arbitrary: fc.constant([one]) }, // a linear layer
);

/** Channels as kernels meet them: dense, grouped, depthwise, depthwise with a multiplier. */
const channels = fc.oneof(
  fc.record({ inChannels: smallTileSize, outChannels: outputChannels, groups: fc.constant(1) }),
  fc
    .record({
      perGroup: fc.integer({ min: 1, max: 5 }),
      outPerGroup: fc.integer({ min: 1, max: 5 }),
      groups: fc.integer({ min: 2, max: 5 }),
    })
    .map(({ perGroup, outPerGroup, groups }) => ({
      inChannels: perGroup * groups,
      outChannels: outPerGroup * groups,
      groups,
    })),
  fc
    .record({ groups: tileSize, multiplier: fc.constantFrom(1, 1, 1, 2) })
    .map(({ groups, multiplier }) => ({ inChannels: groups, outChannels: groups * multiplier, groups })),
);

/** Convolutions of 1 to 3 axes with stride, padding (also at the end), dilation, groups and batch. */
export const convGeometry: fc.Arbitrary<ConvFields> = fc
  .record({ batch: fc.constantFrom(1, 1, 2, 5), channels, axes: convAxes })
  .map(({ batch, channels, axes }) => ({ batch, ...channels, ...alongAxes(axes) }));

/**
 * Convolutions with 3×3 filters, stride 1, for which kernels have a form of their own (Winograd's):
 * even and odd sizes, any padding, channels that fill vectors or do not.
 */
export const threeTapGeometry: fc.Arbitrary<ConvFields> = fc
  .record({
    batch: fc.constantFrom(1, 1, 3),
    inChannels: fc.constantFrom(1, 5, 16, 16, 20, 24, 33),
    outChannels: fc.constantFrom(1, 5, 16, 16, 20, 24, 33, 65, 97),
    height: fc.integer({ min: 1, max: 11 }),
    width: fc.integer({ min: 1, max: 11 }),
    depth: fc.constantFrom(1, 1, 1, 2),
    padding: fc.integer({ min: 0, max: 2 }),
    endPadding: fc.nat(1),
  })
  .map(({ batch, inChannels, outChannels, height, width, depth, padding, endPadding }) => {
    const one = [1, 1, 1] as const;
    const grown = 2 * padding - 2 + (padding > 0 ? endPadding : 0);
    return {
      ...{ batch, inChannels, outChannels, groups: 1, stride: one, dilation: one },
      inSize: [depth, height, width],
      outSize: [depth, Math.max(1, height + grown), Math.max(1, width + grown)],
      kernel: [1, 3, 3],
      padding: [0, padding, padding],
    };
  });

/** How a kernel of 3 moves along an axis with a given stride: padding on neither, one or both sides, more than one, or less. */
const windowOf3 = fc.record({
  padding: fc.constantFrom(0, 1, 1, 1, 2),
  endPadding: fc.integer({ min: -2, max: 1 }),
  extra: fc.nat(9),
});

/** What mobile networks consist of: one filter of 3×3 per channel. */
export const depthwise3x3Geometry: fc.Arbitrary<ConvFields> = fc
  .record({
    batch: fc.constantFrom(1, 1, 2),
    groups: tileSize.filter((groups) => groups > 1),
    windows: fc.tuple(windowOf3, windowOf3),
    strides: fc.constantFrom([1, 1], [1, 1], [2, 2], [2, 2], [1, 2], [3, 3]),
  })
  .map(({ batch, groups, windows, strides }) => {
    const axes = windows.map(({ padding, endPadding, extra }, i): Axis => {
      const inSize = Math.max(1, 3 - padding) + extra;
      const available = Math.max(3, inSize + 2 * padding + endPadding);
      const outSize = Math.floor((available - 3) / strides[i]) + 1;
      return { kernel: 3, stride: strides[i], padding, dilation: 1, inSize, outSize };
    });
    return { batch, inChannels: groups, outChannels: groups, groups, ...alongAxes(axes) };
  });

/** First layers: images of few channels, windows that may leave the image by more than a pixel. */
export const fewChannelsGeometry: fc.Arbitrary<ConvFields> = fc
  .record({
    batch: fc.constantFrom(1, 2),
    inChannels: fc.integer({ min: 1, max: 4 }),
    outChannels: smallTileSize,
    axes: fc.tuple(axis(7, 3, 1), axis(7, 3, 1)),
  })
  .map(({ axes, ...fields }) => ({ ...fields, groups: 1, ...alongAxes(axes) }));

/** Larger ones of stride 2, for the same reason. */
export const stridedThreeTapGeometry: fc.Arbitrary<ConvFields> = fc
  .record({
    inChannels: fc.constantFrom(33, 40, 48),
    outChannels: fc.constantFrom(17, 32),
    height: fc.integer({ min: 30, max: 34 }),
    width: fc.integer({ min: 30, max: 34 }),
    padding: fc.tuple(fc.nat(1), fc.nat(1)),
  })
  .map(({ inChannels, outChannels, height, width, padding }): ConvFields => {
    const outSize = ([height, width] as const).map(
      (size, i) => Math.floor((size + 2 * padding[i] - 3) / 2) + 1,
    );
    return {
      ...{ batch: 1, inChannels, outChannels, groups: 1 },
      inSize: [1, height, width],
      outSize: [1, outSize[0], outSize[1]],
      kernel: [1, 3, 3],
      stride: [1, 2, 2],
      padding: [0, ...padding],
      dilation: [1, 1, 1],
    };
  });

/** Layers with so many products that kernels have forms of their own for them: sizes around what is many. */
export const manyProductsGeometry: fc.Arbitrary<ConvFields> = fc
  .record({
    batch: fc.constantFrom(1, 1, 2),
    inChannels: fc.constantFrom(64, 95, 96, 97, 98, 99, 129),
    outChannels: fc.constantFrom(31, 63, 64, 65, 96, 101, 113, 129, 161),
    groups: fc.constantFrom(1, 1, 1, 2),
    axes: fc.tuple(axis(3, 2, 2), axis(3, 2, 2)),
    longer: fc.integer({ min: 10, max: 20 }),
  })
  .map(({ axes: [rows, columns], groups, longer, inChannels, outChannels, batch }) => {
    const grown = {
      ...columns,
      inSize: columns.inSize + longer * columns.stride,
      outSize: columns.outSize + longer,
    };
    return {
      ...{ batch, inChannels: inChannels * groups, outChannels: outChannels * groups, groups },
      ...alongAxes([rows, grown]),
    };
  });

export const shapeOfConv = (fields: ConvFields): ConvShape => convShape(fields);

const adaptiveAxis = fc
  .record({ inSize: fc.integer({ min: 1, max: 9 }), outSize: fc.integer({ min: 1, max: 5 }) })
  .map((sizes): Axis => ({ ...one, ...sizes }));

/** Sliding pools with at most half a kernel of padding, as torch asks, or adaptive ones. `dilated` for maximum pooling. */
export const poolGeometry = (dilated: boolean): fc.Arbitrary<PoolFields> => {
  const sliding = axis(3, 3, dilated ? 2 : 1).map((entry) => ({ ...entry, ...halfPadding(entry) }));
  const rest = {
    batch: fc.constantFrom(1, 2),
    channels: smallTileSize,
    countIncludePad: fc.boolean(),
    divisor: fc.constantFrom(0, 0, 0, 5),
  };
  const windows = fc.oneof(
    fc.record({
      adaptive: fc.constant(false),
      axes: fc.oneof(fc.tuple(sliding, sliding), fc.tuple(sliding), fc.tuple(sliding, sliding, sliding)),
    }),
    fc.record({
      adaptive: fc.constant(true),
      axes: fc.oneof(fc.tuple(adaptiveAxis, adaptiveAxis), fc.tuple(adaptiveAxis)),
    }),
  );
  return fc
    .record({ ...rest, windows })
    .map(({ windows: { adaptive, axes }, ...fields }) => ({ ...fields, adaptive, ...alongAxes(axes) }));
};

export const shapeOfPool = (fields: PoolFields): PoolShape => poolShape(fields);

/** Padding of at most half the kernel, and as many windows as start inside the input or the padding before it. */
function halfPadding({
  kernel,
  stride,
  padding,
  dilation,
  inSize,
}: Axis): Pick<Axis, "padding" | "inSize" | "outSize"> {
  const half = Math.min(padding, Math.floor(kernel / 2));
  const extent = (kernel - 1) * dilation + 1;
  // With an input shorter than the dilation a window could fall between its elements, and a maximum of nothing is undefined.
  const size = Math.max(inSize, extent - 2 * half, dilation);
  return { padding: half, inSize: size, outSize: Math.floor((size + 2 * half - extent) / stride) + 1 };
}

export const volume = ([depth, height, width]: Spatial): number => depth * height * width;
