/**
 * Geometry arguments of kernels. Each is a frozen record with a `packed` Int32Array beside it: TypeScript kernels read
 * the names, native and WASM kernels read `packed`, in the order given to `packer` (booleans as 0 or 1).
 * `kernels-common/cpp/shapes.h` declares the same structs.
 */
export interface Packed {
  readonly packed: Int32Array;
}

/** Sizes along (depth, height, width); 1-d uses width only, 2-d height and width, the others stay 1 (padding 0). */
export type Spatial = readonly [depth: number, height: number, width: number];

/**
 * A convolution. Activations are channels-last (batch, D, H, W, channels); weights (outChannels, kD, kH, kW,
 * inChannels / groups), which is the channels-last form of torch's (out, in / groups, kD, kH, kW).
 * Positions outside the input count as zero; padding at the end follows from `outSize`.
 */
export interface ConvFields {
  readonly batch: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly groups: number;
  readonly inSize: Spatial;
  readonly outSize: Spatial;
  readonly kernel: Spatial;
  readonly stride: Spatial;
  /** Padding before the first element, per axis. */
  readonly padding: Spatial;
  readonly dilation: Spatial;
}
export type ConvShape = ConvFields & Packed;
/** Packs the geometry of a convolution. */
export const convShape = packer<ConvFields>(
  "batch",
  "inChannels",
  "outChannels",
  "groups",
  "inSize",
  "outSize",
  "kernel",
  "stride",
  "padding",
  "dilation",
);

/** Pooling over channels-last activations. Adaptive: window i is floor(i·in/out) … ceil((i+1)·in/out); the rest is unused. */
export interface PoolFields {
  readonly batch: number;
  readonly channels: number;
  readonly inSize: Spatial;
  readonly outSize: Spatial;
  readonly kernel: Spatial;
  readonly stride: Spatial;
  readonly padding: Spatial;
  readonly dilation: Spatial;
  readonly adaptive: boolean;
  /** Average pooling: whether padded positions count in the divisor (torch clips windows at size + padding). */
  readonly countIncludePad: boolean;
  /** Average pooling: fixed divisor, or 0. */
  readonly divisor: number;
}
export type PoolShape = PoolFields & Packed;
/** Packs the geometry of pooling. */
export const poolShape = packer<PoolFields>(
  "batch",
  "channels",
  "inSize",
  "outSize",
  "kernel",
  "stride",
  "padding",
  "dilation",
  "adaptive",
  "countIncludePad",
  "divisor",
);

/** Resampling of channels-last activations to other sizes; which elements are read is in `ResampleTaps`. */
export interface ResampleFields {
  readonly batch: number;
  readonly channels: number;
  readonly inSize: Spatial;
  readonly outSize: Spatial;
}
export type ResampleShape = ResampleFields & Packed;
/** Packs the sizes of a resampling. */
export const resampleShape = packer<ResampleFields>("batch", "channels", "inSize", "outSize");

/**
 * `c[b] = op(a[b]) · op(b[b])`, row-major, `batch` times. `a` is (m, k), or (k, m) with `transposeA`; `b` is (k, n), or
 * (n, k) with `transposeB`. A batch stride of 0 repeats one matrix.
 */
export interface GemmFields {
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  /** Elements between consecutive matrices of `a`, `b`, `c`. */
  readonly strideA: number;
  readonly strideB: number;
  readonly strideC: number;
  /** Add to `c` instead of overwriting it. */
  readonly accumulate: boolean;
}
export type GemmShape = GemmFields & Packed;
/** Packs the geometry of a matrix product. */
export const gemmShape = packer<GemmFields>(
  "batch",
  "m",
  "n",
  "k",
  "transposeA",
  "transposeB",
  "strideA",
  "strideB",
  "strideC",
  "accumulate",
);

/**
 * An n-d block of elements read from one array and written to another: element (i0, i1, …) moves from
 * `fromOffset + Σ i·fromStrides` to `toOffset + Σ i·toStrides`. Permute, slice, cat, pad, expand and format changes are all this.
 */
export interface RegionFields {
  readonly rank: number;
  readonly fromOffset: number;
  readonly toOffset: number;
  readonly sizes: readonly number[];
  readonly fromStrides: readonly number[];
  readonly toStrides: readonly number[];
}
export type Region = RegionFields & Packed;
const packRegion = packer<RegionFields>(
  "rank",
  "fromOffset",
  "toOffset",
  "sizes",
  "fromStrides",
  "toStrides",
);
/** Packs a block; its rank is the number of sizes. */
export const region = (fields: Omit<RegionFields, "rank">): Region =>
  packRegion({ rank: fields.sizes.length, ...fields });

/** Element-wise operation on two broadcast inputs: output is row-major over `sizes`; a stride of 0 repeats. */
export interface BroadcastFields {
  readonly rank: number;
  readonly sizes: readonly number[];
  readonly aStrides: readonly number[];
  readonly bStrides: readonly number[];
}
export type Broadcast = BroadcastFields & Packed;
const packBroadcast = packer<BroadcastFields>("rank", "sizes", "aStrides", "bStrides");
/** Packs an element-wise operation; its rank is the number of sizes. */
export const broadcast = (fields: Omit<BroadcastFields, "rank">): Broadcast =>
  packBroadcast({ rank: fields.sizes.length, ...fields });

/**
 * A dense array seen as (outer, channels, inner), row-major: how per-channel kernels find the channel of an element,
 * for any axis and memory format. Per tensor: (1, 1, numel).
 */
export interface ChannelBlocksFields {
  readonly outer: number;
  readonly channels: number;
  readonly inner: number;
}
export type ChannelBlocks = ChannelBlocksFields & Packed;
/** Packs outer, channels and inner; `channelBlocksOf` finds them for a shape and an axis. */
export const channelBlocks = packer<ChannelBlocksFields>("outer", "channels", "inner");

/** The order of the fields is the contract with native code, so each shape writes it down once. */
function packer<T extends object>(...order: (keyof T & string)[]): (fields: T) => T & Packed {
  return (fields) => {
    // Made for every kernel call: loops by index, which make no iterators.
    const values: number[] = [];
    for (let i = 0; i < order.length; i++) {
      const value = fields[order[i]] as number | boolean | readonly number[];
      if (typeof value === "object") for (let axis = 0; axis < value.length; axis++) values.push(value[axis]);
      else values.push(Number(value));
    }
    return Object.freeze({ ...fields, packed: new Int32Array(values) });
  };
}
