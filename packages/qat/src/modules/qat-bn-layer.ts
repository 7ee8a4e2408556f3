import type { FakeQuantize } from "@octavo/fake-quant";
import { Module } from "@octavo/nn";
import type { BatchNorm, Parameter } from "@octavo/nn";
import { add, div, mean, mul, noGrad, sqrt, sub, Tensor, varOf } from "@octavo/tensor";
import type { QConfig } from "../qconfig.ts";
import { weightQuantizer } from "./weight-quantizer.ts";
import type { WeightedLayer } from "./weighted-layer.ts";

/**
 * A convolution or linear layer with batch norm (and activation), in training: the weight is scaled by γ/σ of the
 * running statistics as it will be after folding, fake-quantized, scaled back, and normalised with the batch's
 * statistics. torch.ao.nn.intrinsic.qat.ConvBn2d, ConvBnReLU2d, LinearBn1d, ….
 *
 * `docs/numerics.md`, "Conv-BN in QAT", has both forms. Dividing the weight instead of the output is the same product
 * and saves a pass over the activations.
 */
export class QatBnLayer extends Module<[x: Tensor], Tensor> {
  readonly weight: Parameter;
  readonly bias: Parameter | null;
  readonly bn: BatchNorm;
  readonly weightFakeQuant: FakeQuantize;
  readonly layer: () => WeightedLayer;
  readonly activation: () => Module<[x: Tensor], Tensor> | null;
  /** Use the form that never divides by γ/σ, at the price of a second convolution; torch's slow path. */
  stable = false;
  /** Whether running statistics are fixed, also while training. */
  bnFrozen = false;
  readonly #typeName: string;

  constructor(
    typeName: string,
    layer: WeightedLayer,
    bn: BatchNorm,
    activation: Module<[x: Tensor], Tensor> | null,
    qconfig: QConfig,
  ) {
    super();
    this.#typeName = typeName;
    this.weight = layer.weight;
    this.bias = layer.bias;
    this.bn = bn;
    this.weightFakeQuant = weightQuantizer(typeName, layer, qconfig);
    this.layer = () => layer;
    this.activation = () => activation;
    this.qconfig = qconfig;
    this.train(layer.training);
  }

  override forward(x: Tensor): Tensor {
    const y = this.stable ? this.stableForward(x) : this.fastForward(x);
    return this.activation()?.(y) ?? y;
  }

  private fastForward(x: Tensor): Tensor {
    const factor = this.weightFactor(guarded(div(this.bn.weight, this.runningStd())));
    const weight = div(this.weightFakeQuant(mul(this.weight, factor)), factor);
    return this.bn(this.layer().weightedForward(x, weight, this.bias));
  }

  private stableForward(x: Tensor): Tensor {
    const { bn, bias } = this;
    const plain = this.layer().weightedForward(x, this.weight, null);
    if (bn.training) noGrad(() => bn(bias ? add(plain, perChannel(bias, plain.rank)) : plain));
    const runningStd = this.runningStd();
    const factor = this.weightFactor(div(bn.weight, runningStd));
    const z = this.layer().weightedForward(x, this.weightFakeQuant(mul(this.weight, factor)), null);
    const shaped = (v: Tensor) => perChannel(v, z.rank);
    if (!bn.training) {
      const center = bias ? sub(bn.runningMean!, bias) : bn.runningMean!;
      return add(z, shaped(sub(bn.bias, div(mul(bn.weight, center), runningStd))));
    }
    const axes = Array.from({ length: plain.rank }, (_, axis) => axis).filter((axis) => axis !== 1);
    const batchStd = sqrt(add(varOf(plain, axes, { correction: 0 }), bn.eps));
    const shift = sub(bn.bias, div(mul(bn.weight, mean(plain, axes)), batchStd));
    return add(mul(z, shaped(div(runningStd, batchStd))), shaped(shift));
  }

  /** √(running variance + eps): a constant for gradients. */
  private runningStd(): Tensor {
    return noGrad(() => sqrt(add(this.bn.runningVar!, this.bn.eps)));
  }

  /** A value per output channel, shaped to multiply the weight. */
  private weightFactor(value: Tensor): Tensor {
    return this.layer().channelFactor(value);
  }

  freezeBnStats(): this {
    this.bnFrozen = true;
    this.bn.training = false;
    return this;
  }

  updateBnStats(): this {
    this.bnFrozen = false;
    this.bn.training = true;
    return this;
  }

  /** Batch norm stays in evaluation mode while its statistics are frozen. */
  override train(mode = true): this {
    super.train(mode);
    if (mode && this.bnFrozen) this.bn.training = false;
    return this;
  }

  override typeName(): string {
    return this.#typeName;
  }

  override extraRepr(): string {
    return this.layer().extraRepr();
  }
}

/** Below this, a channel's γ/σ is not divided by: its weight is quantized unscaled. torch gives NaN at 0. */
const smallestFactor = 1e-12;

function guarded(factor: Tensor): Tensor {
  if (factor.data.every((value) => Math.abs(value) >= smallestFactor)) return factor;
  const keep = noGrad(() => new Tensor(factor));
  const fill = noGrad(() => new Tensor(factor));
  factor.data.forEach((value, c) => {
    const tiny = Math.abs(value) < smallestFactor;
    keep.data[c] = tiny ? 0 : 1;
    fill.data[c] = tiny ? 1 : 0;
  });
  return add(mul(factor, keep), fill);
}

/** (channels) → (1, channels, 1, …) */
function perChannel(value: Tensor, rank: number): Tensor {
  return value.reshape([1, value.numel, ...new Array<number>(rank - 2).fill(1)]);
}
