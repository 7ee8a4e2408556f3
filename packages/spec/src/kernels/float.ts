import type {
  Broadcast,
  ChannelBlocks,
  ConvShape,
  GemmShape,
  PoolShape,
  Region,
  ResampleShape,
} from "./shapes.ts";
import type { TypedArray } from "../dtype.ts";

type F32 = Float32Array;

/**
 * float32 kernels. Outputs come after inputs and are overwritten; an output never overlaps an input unless the kernel
 * says that it may be the very same array. Numbers that stand for real values (`alpha`, `learningRate`) are rounded to
 * float32 first, unless the kernel says otherwise.
 *
 * Each element-wise result is a sequence of single float32 operations, so all providers agree bit for bit. Exponentials
 * and functions made of them, and whatever adds up many terms (reductions, convolutions, matrix products), may differ
 * between providers, within a bound computed from the number of terms.
 */
export interface FloatKernels {
  /** y = f(x); `operator` is a code of `UnaryOp`. `y` may be `x`. */
  unary(operator: number, x: F32, y: F32, alpha: number, beta: number): void;
  /** dx = f'(x) dy, given both x and y = f(x). `dx` may be `dy`. */
  unaryGradient(operator: number, x: F32, y: F32, dy: F32, dx: F32, alpha: number, beta: number): void;
  /** y = f(a, b), broadcast; `operator` is a code of `BinaryOp`. */
  binary(operator: number, a: F32, b: F32, y: F32, shape: Broadcast): void;
  /** y += alpha · x, equal lengths. */
  accumulate(x: F32, y: F32, alpha: number): void;
  /** Copies a block; any element size, equal in both arrays. */
  copyRegion(from: TypedArray, to: TypedArray, block: Region): void;
  /** As `copyRegion`, adding to what is there: the gradient of a copy, expand or broadcast. */
  addRegion(from: F32, to: F32, block: Region): void;
  /** Reduces `channels` of (outer, channels, inner) away; `operator` is a code of `ReduceOp`. max and min of a NaN are NaN. */
  reduce(operator: number, x: F32, y: F32, blocks: ChannelBlocks): void;
  /** Index of the largest (`largest` 1) or smallest (0) element along `channels`: the first NaN, else the first of equals. */
  argReduce(x: F32, indices: Int32Array, largest: number, blocks: ChannelBlocks): void;

  /** Matrix product; `bias` (n) is added to every row. */
  gemm(a: F32, b: F32, bias: F32 | null, c: F32, shape: GemmShape): void;
  /** Convolution, `bias` (outChannels). Also depthwise and grouped. */
  conv(x: F32, weight: F32, bias: F32 | null, y: F32, shape: ConvShape): void;
  /** Bytes that `convPack` writes for this shape; each provider has its own layout. */
  convPackedBytes(shape: ConvShape): number;
  /** Chooses a method for a convolution and prepares its weights, once, at load. `packed` begins with its name: `packedMethod`. */
  convPack(weight: F32, packed: Uint8Array, shape: ConvShape): void;
  /**
   * `conv` with weights from `convPack`, then a clamp to low … high, where −∞, ∞ and NaN are no bound: bit for bit as by `conv` and
   * `unary`, if the shape is the one packed for. Its batch may be another, nothing else.
   */
  packedConv(
    x: F32,
    packed: Uint8Array,
    bias: F32 | null,
    y: F32,
    shape: ConvShape,
    low: number,
    high: number,
  ): void;
  /** dx of `conv`; also the forward pass of a transposed convolution, whose shape swaps in and out. Overwrites dx. */
  convInputGradient(dy: F32, weight: F32, dx: F32, shape: ConvShape): void;
  /** dWeight of `conv`. Overwrites dWeight. */
  convWeightGradient(x: F32, dy: F32, dWeight: F32, shape: ConvShape): void;

  /** Mean, biased variance, smallest and largest value per channel of (rows, channels); the last two are undefined beside a NaN. */
  channelMoments(x: F32, mean: F32, variance: F32, min: F32, max: F32, rows: number, channels: number): void;
  /**
   * y = e(fl(x · scale[c]) + shift[c]) over (rows, channels); `shift` may be null. `y` may be `x`. The epilogue e is nothing
   * (null), a clamp `[low, high]` where a NaN is no bound, or a clamp and a fake-quantization of the whole tensor
   * `[low, high, scale, zeroPoint, quantMin, quantMax]`, whose range less the zero point fits 24 bits: bit for bit as by
   * `unary` and `fakeQuantize`.
   */
  channelAffine(
    x: F32,
    scale: F32,
    shift: F32 | null,
    epilogue: F32 | null,
    y: F32,
    rows: number,
    channels: number,
  ): void;
  /**
   * y = min(max(e(fl(x · scale[c]) + shift[c]) + other, low), high) over (rows, channels), a NaN is no bound: bit for bit
   * `channelAffine`, `binary` (add) and `unary` (clamp). `range`, if not null: smallest and largest element of y, NaN beside
   * a NaN, as by `minMax`.
   */
  channelAffineAdd(
    x: F32,
    scale: F32,
    shift: F32,
    epilogue: F32 | null,
    other: F32,
    low: number,
    high: number,
    y: F32,
    range: F32 | null,
    rows: number,
    channels: number,
  ): void;
  /** sum[c] = Σ x, sumProduct[c] = Σ x · other over rows. */
  channelSums(x: F32, other: F32, sum: F32, sumProduct: F32, rows: number, channels: number): void;
  /**
   * Gradient of batch norm, y = (x − mean) · invStd · weight + bias. `training` 1: mean and invStd are of this batch and
   * the gradient flows through them; 0: they are constants. `weight` null means 1. `dx` may be `dy`. With the epilogue of
   * a `channelAffine` by weight · invStd and `shift`, dy is the gradient of its result; both are null or neither.
   */
  batchNormGradient(
    x: F32,
    dy: F32,
    mean: F32,
    invStd: F32,
    weight: F32 | null,
    shift: F32 | null,
    epilogue: F32 | null,
    dx: F32,
    dWeight: F32,
    dBias: F32,
    rows: number,
    channels: number,
    training: number,
  ): void;

  /**
   * Maximum over windows of any 1- or 4-byte element type; `indices` receives its position in D·H·W of the input: the first
   * of equals. A window that has a NaN gives NaN, at the last one. Every window holds an element.
   */
  maxPool(x: TypedArray, y: TypedArray, indices: Int32Array | null, shape: PoolShape): void;
  /** dx = Σ dy over the windows whose maximum it was. */
  maxPoolGradient(dy: F32, indices: Int32Array, dx: F32, shape: PoolShape): void;
  /** Mean over windows; what divides is in `PoolShape`. */
  avgPool(x: F32, y: F32, shape: PoolShape): void;
  avgPoolGradient(dy: F32, dx: F32, shape: PoolShape): void;

  /**
   * y at each output index from the two inputs per axis that `ResampleTaps` names: first along the width, then the height,
   * then the depth, a and b become fl(fl((1 − w) · a) + fl(w · b)); where the weight w is 0, a itself, and b is not read.
   */
  resample(x: F32, sources: Int32Array, weights: F32, y: F32, shape: ResampleShape): void;
  /** dx = Σ dy · the weight with which the output read it. */
  resampleGradient(dy: F32, sources: Int32Array, weights: F32, dx: F32, shape: ResampleShape): void;

  /**
   * y = (x − mean) · invStd over each row of (rows, columns), then times `weight` and plus `bias` (columns) where these are given;
   * invStd = 1 / √(biased variance + eps), which is written per row unless null.
   */
  rowNorm(
    x: F32,
    weight: F32 | null,
    bias: F32 | null,
    y: F32,
    invStd: F32 | null,
    rows: number,
    columns: number,
    eps: number,
  ): void;
  /**
   * With x̂ = (x − mean) · invStd and g = dy · weight, over each row: dx = invStd · (g − mean of g − x̂ · mean of g x̂). Over all rows:
   * dWeight = Σ dy x̂, dBias = Σ dy, unless null.
   */
  rowNormGradient(
    x: F32,
    dy: F32,
    invStd: F32,
    weight: F32 | null,
    dx: F32,
    dWeight: F32 | null,
    dBias: F32 | null,
    rows: number,
    columns: number,
  ): void;

  /**
   * dTable[r] = Σ dy[i] over the places i where `indices` has r, added in their order: the gradient of rows chosen from a table, 0 for
   * a row that is not chosen and for row `skipped` (−1: none). dTable (rows, width), dy (indices, width).
   * @throws ArgumentError, having written nothing, for an index that is no row.
   */
  embeddingGradient(
    indices: Int32Array | BigInt64Array,
    dy: F32,
    dTable: F32,
    width: number,
    skipped: number,
  ): void;

  /**
   * A step of an LSTM. `gates` (rows, 4 · columns) has the sums that i, f, g, o are functions of, and gets σ, σ, tanh, σ of them;
   * cell = fl(f · previousCell) + fl(i · g), tanhCell = tanh(cell), hidden = o · tanhCell, all (rows, columns).
   */
  lstmCell(
    gates: F32,
    previousCell: F32,
    cell: F32,
    tanhCell: F32,
    hidden: F32,
    rows: number,
    columns: number,
  ): void;
  /**
   * Given what `lstmCell` left, and the gradient of `hidden` in two parts: gradients of the sums of the gates. `dCell` is the gradient of
   * the cell state after the step and becomes that before it.
   */
  lstmCellGradient(
    gates: F32,
    previousCell: F32,
    tanhCell: F32,
    dOutput: F32,
    dHidden: F32,
    dCell: F32,
    dGates: F32,
    rows: number,
    columns: number,
  ): void;
  /**
   * A step of a GRU. `gates` (rows, 3 · columns) has what the input gives to r, z, n, and gets their values; `fromHidden` what the hidden
   * state gives to them: r, z = σ(sum), n = tanh(gate + fl(r · fromHidden)), hidden = n + fl(z · fl(previous − n)).
   */
  gruCell(gates: F32, fromHidden: F32, previous: F32, hidden: F32, rows: number, columns: number): void;
  /**
   * Given what `gruCell` left, and the gradient of `hidden` in two parts: gradients of both parts of the gates. `dHidden` becomes the
   * gradient of `previous`, but for what reached `fromHidden`.
   */
  gruCellGradient(
    gates: F32,
    fromHidden: F32,
    previous: F32,
    dOutput: F32,
    dHidden: F32,
    dGates: F32,
    dFromHidden: F32,
    rows: number,
    columns: number,
  ): void;

  /** e^x / Σ e^x over the last axis of (rows, columns), after the largest is subtracted. */
  softmax(x: F32, y: F32, rows: number, columns: number): void;
  softmaxGradient(y: F32, dy: F32, dx: F32, rows: number, columns: number): void;
  /** log softmax(x), likewise. */
  logSoftmax(x: F32, y: F32, rows: number, columns: number): void;
  logSoftmaxGradient(y: F32, dy: F32, dx: F32, rows: number, columns: number): void;

  /**
   * torch.optim.SGD for one parameter, in place; g += weightDecay p, b = momentum b + (1 − dampening) g,
   * p −= learningRate (nesterov ? g + momentum b : b). `momentumBuffer` is null without momentum; `first` 1 initialises it
   * with the gradient. `nesterov` 0 or 1.
   */
  sgdStep(
    parameter: F32,
    gradient: F32,
    momentumBuffer: F32 | null,
    learningRate: number,
    momentum: number,
    dampening: number,
    weightDecay: number,
    nesterov: number,
    first: number,
  ): void;
  /**
   * torch.optim.Adam (`decoupled` 0) or AdamW (1) for one parameter, in place; `step` counts from 1. `maxSquare`: amsgrad.
   * Factors that do not depend on the element (1 − β1ᵗ, …) are computed in float64 and rounded once.
   */
  adamStep(
    parameter: F32,
    gradient: F32,
    average: F32,
    averageSquare: F32,
    maxSquare: F32 | null,
    learningRate: number,
    beta1: number,
    beta2: number,
    eps: number,
    weightDecay: number,
    decoupled: number,
    step: number,
  ): void;
}
