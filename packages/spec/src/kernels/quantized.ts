import type { ChannelBlocks, ConvShape, PoolShape, ResampleShape } from "./shapes.ts";

type F32 = Float32Array;
/** Bytes of a quint8 or qint8 tensor; the array type says which. */
export type Q8 = Uint8Array | Int8Array;
/** Elements of any quantized tensor. */
export type QInt = Q8 | Int32Array;

/** Two 8-bit arrays into a third, each with its own scale and zero point. */
type QuantizedPair = (
  a: Q8,
  aScale: number,
  aZeroPoint: number,
  b: Q8,
  bScale: number,
  bZeroPoint: number,
  y: Q8,
  yScale: number,
  yZeroPoint: number,
  low: number,
  high: number,
) => void;

/**
 * Kernels on quantized data; the arithmetic of docs/numerics.md, identical bits from every provider unless a kernel says otherwise.
 * `scale` and `zeroPoint` have length 1 (blocks.channels 1) or one entry per channel; scales given as numbers are rounded
 * to float32 first. Zero points, `quantMin`, `quantMax`, `low` and `high` are integers of the output's type.
 * Outputs come after inputs; one never overlaps an input unless the kernel says that it may.
 * rne = round half to even, fl = rounded to float32.
 */
export interface QuantizedKernels {
  /** q = clamp(rne(fl(x · fl(1/scale))) + zeroPoint, quantMin, quantMax); NaN gives zeroPoint. */
  quantize(
    x: F32,
    scale: F32,
    zeroPoint: Int32Array,
    q: QInt,
    blocks: ChannelBlocks,
    quantMin: number,
    quantMax: number,
  ): void;
  /** x = fl(fl(q − zeroPoint) · scale). */
  dequantize(q: QInt, scale: F32, zeroPoint: Int32Array, x: F32, blocks: ChannelBlocks): void;
  /** Quantize then dequantize, staying in float32. `y` may be `x`. */
  fakeQuantize(
    x: F32,
    scale: F32,
    zeroPoint: Int32Array,
    y: F32,
    blocks: ChannelBlocks,
    quantMin: number,
    quantMax: number,
  ): void;
  /** dx = dy where quantMin ≤ rne(x/scale) + zeroPoint ≤ quantMax, else 0 (straight-through). `dx` may be `dy`. */
  fakeQuantizeGradient(
    x: F32,
    dy: F32,
    scale: F32,
    zeroPoint: Int32Array,
    dx: F32,
    blocks: ChannelBlocks,
    quantMin: number,
    quantMax: number,
  ): void;
  /**
   * y = fl(r / factor[c]), r being `fakeQuantize` of fl(x · factor[c]): the weight of a layer with batch norm in training. One factor per
   * channel; one scale and zero point per channel or one for all. The integer range less a zero point fits 24 bits.
   */
  scaledFakeQuantize(
    x: F32,
    factor: F32,
    scale: F32,
    zeroPoint: Int32Array,
    y: F32,
    blocks: ChannelBlocks,
    quantMin: number,
    quantMax: number,
  ): void;
  /**
   * Given what `scaledFakeQuantize` left: with ds = fl(dy / factor[c]) where the integer lies in the range, else 0,
   * dx = fl(ds · factor[c]) and dFactor[c] = Σ fl(ds · x) − Σ fl(fl(dy · y) / factor[c]): sums, which may differ between
   * providers as those of `FloatKernels`.
   */
  scaledFakeQuantizeGradient(
    x: F32,
    factor: F32,
    y: F32,
    dy: F32,
    scale: F32,
    zeroPoint: Int32Array,
    dx: F32,
    dFactor: F32,
    blocks: ChannelBlocks,
    quantMin: number,
    quantMax: number,
  ): void;
  /** Smallest and largest value per channel; NaN if any is NaN. Nothing is written for 0 elements. */
  minMax(x: F32, min: F32, max: F32, blocks: ChannelBlocks): void;
  /**
   * Counts per bin as torch.histc: bin = floor(fl(fl(fl(x − low) · bins) / fl(high − low))), high in the last bin. What lies
   * outside, and NaN, is skipped; `low` and `high` are rounded to float32 first. Overwrites `counts`, one entry per bin.
   */
  histogram(x: F32, counts: F32, low: number, high: number): void;

  /**
   * y = clamp(rne(fl(fl(fl(acc) + bias[c]) · multiplier[c])) + yZeroPoint, low, high) over (rows, channels).
   * `bias` is fl(b / fl(sx·sw[c])), `multiplier` fl(fl(sx·sw[c]) / sy). An Int32Array `bias` is added to the accumulator
   * before the conversion to float32 (qnnpack's rule; the sum clamps).
   */
  requantize(
    accumulator: Int32Array,
    bias: F32 | Int32Array,
    multiplier: F32,
    y: Q8,
    rows: number,
    channels: number,
    yZeroPoint: number,
    low: number,
    high: number,
  ): void;

  /** Bytes that `quantizedConvPack` writes when called with the same arguments; each provider has its own layout. */
  quantizedConvPackedBytes(
    weight: Q8,
    weightZeroPoint: Int32Array,
    shape: ConvShape,
    xZeroPoint: number,
    xMin: number,
    xMax: number,
  ): number;
  /**
   * Chooses a method for a convolution and prepares its weights (layout as in `ConvShape`) and their zero points (per
   * output channel), once, at load. All x are promised to lie in xMin … xMax, as does xZeroPoint: what the qparams of the
   * input prove lets methods run that would overflow otherwise. `packed` begins with the method's name: `packedMethod`.
   */
  quantizedConvPack(
    weight: Q8,
    weightZeroPoint: Int32Array,
    packed: Uint8Array,
    shape: ConvShape,
    xZeroPoint: number,
    xMin: number,
    xMax: number,
  ): void;
  /**
   * acc = Σ (x − xZeroPoint)(w − wZeroPoint[c]) in int32, exact, then `requantize`. Outside positions count as xZeroPoint.
   * Linear layers are convolutions of size 1: batch = rows. `shape.batch` may differ from the one packed for, nothing else.
   */
  quantizedConv(
    x: Q8,
    packed: Uint8Array,
    bias: F32 | Int32Array,
    multiplier: F32,
    y: Q8,
    shape: ConvShape,
    xZeroPoint: number,
    yZeroPoint: number,
    low: number,
    high: number,
  ): void;
  /**
   * Transposed convolution; `shape` is that of the convolution whose input gradient it is, so x has `outSize` ×
   * `outChannels` and y has `inSize` × `inChannels`; weights lie as there, zero points, bias and multiplier are per y channel.
   */
  quantizedConvTranspose(
    x: Q8,
    weight: Q8,
    weightZeroPoint: Int32Array,
    bias: F32 | Int32Array,
    multiplier: F32,
    y: Q8,
    shape: ConvShape,
    xZeroPoint: number,
    yZeroPoint: number,
    low: number,
    high: number,
  ): void;

  /**
   * y = clamp(rne(fl(fl(deq(a) + deq(b)) · fl(1/yScale))) + yZeroPoint, low, high), deq as `dequantize`. Equal lengths; y may
   * lie on the bytes of a or of b.
   */
  quantizedAdd: QuantizedPair;
  /** As `quantizedAdd` with a product. */
  quantizedMul: QuantizedPair;
  /**
   * y = table[x − smallest integer of x's dtype]: every function of one 8-bit value (rescale, relu, sigmoid, …). 256 entries
   * of y's type. y may lie on the bytes of x.
   */
  quantizedLookup(x: Q8, table: Q8, y: Q8): void;
  /** As `quantizedLookup` with a table of its own for each of `channels`, innermost in x: batch norm, prelu. */
  quantizedChannelLookup(x: Q8, tables: Q8, y: Q8, channels: number): void;
  /**
   * y = clamp(r + yZeroPoint, low, high), r = (aMultiplier (a − aZeroPoint) + bMultiplier (b − bZeroPoint)) / 2^shift with
   * halves rounded away from 0: QNNPACK's addition. Multipliers below 2^22, shift 1 to 31; one type for all; y may be a or b.
   */
  quantizedAddFixed(
    a: Q8,
    aMultiplier: number,
    aZeroPoint: number,
    b: Q8,
    bMultiplier: number,
    bZeroPoint: number,
    y: Q8,
    shift: number,
    yZeroPoint: number,
    low: number,
    high: number,
  ): void;
  /**
   * x is quantized to 0 … quantMax by its own range (docs/numerics.md, dynamic), convolved with weights of zero point 0, and dequantized:
   * y = fl(fl(fl(acc) · fl(sx · weightScale[o])) + bias[o]), acc in int32, exact; all are NaN if x has one. Linear layers are convolutions of
   * size 1: batch = rows.
   */
  dynamicConv(
    x: F32,
    weight: Int8Array,
    weightScale: F32,
    bias: F32 | null,
    y: F32,
    shape: ConvShape,
    quantMax: number,
  ): void;
  /**
   * Rows of a table, y (indices, width): y[i] = table[indices[i]]. With `bits` 8 or 4 the table is of integers, two in a byte if they
   * have 4, the first in the low half, and y = fl(fl(q − zeroPoint[row]) · scale[row]); with 32 it is of floats and `scale` and
   * `zeroPoint` are null. Width is even with 4 bits.
   * @throws ArgumentError, having written nothing, for an index that is no row.
   */
  embedding(
    table: F32 | Uint8Array,
    scale: F32 | null,
    zeroPoint: F32 | null,
    indices: Int32Array | BigInt64Array,
    y: F32,
    bits: number,
  ): void;
  /** y = clamp(rne(fl(fl(Σ(x − zeroPoint)) · fl(1/n))) + zeroPoint, quantMin, quantMax); x and y share their qparams. */
  quantizedAvgPool(
    x: Q8,
    y: Q8,
    zeroPoint: number,
    quantMin: number,
    quantMax: number,
    shape: PoolShape,
  ): void;
  /**
   * y = clamp(rne(v) + zeroPoint, quantMin, quantMax), v being `resample` of x − zeroPoint; x and y share their qparams. The
   * rule of fbgemm on channels-last tensors. Where all weights are 0, x itself.
   */
  quantizedResample(
    x: Q8,
    sources: Int32Array,
    weights: F32,
    y: Q8,
    zeroPoint: number,
    quantMin: number,
    quantMax: number,
    shape: ResampleShape,
  ): void;
}
