import type { BatchNorm } from "@octavo/nn";
import {
  add,
  div,
  mean,
  mul,
  noGrad,
  scaledFakeQuantize,
  sqrt,
  sub,
  variance,
  withProduct,
} from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import type { QConfig } from "../qconfig.ts";
import { QatLayer } from "./qat-layer.ts";
import type { QatParts } from "./qat-layer.ts";
import { scaleFactor } from "./scale-factor.ts";

/**
 * A convolution or linear layer with batch norm (and activation), in training: the weight is scaled by γ/σ of the
 * running statistics as it will be after folding, fake-quantized, scaled back, and normalised with the batch's
 * statistics. torch.ao.nn.intrinsic.qat.ConvBn2d, ConvBnReLU2d, LinearBn1d, ….
 *
 * `docs/numerics.md`, "Conv-BN in QAT", has both forms. Dividing the weight instead of the output is the same product
 * and saves a pass over the activations.
 */
export class QatBnLayer extends QatLayer {
  readonly bn: BatchNorm;
  /** Use the form that never divides by γ/σ, at the price of a second convolution; torch's slow path. */
  stable = false;
  /** Whether running statistics are fixed, also while training. */
  bnFrozen = false;

  constructor(parts: QatParts & { readonly bn: BatchNorm }, qconfig: QConfig) {
    const { bn, ...rest } = parts;
    super(rest, qconfig);
    this.bn = bn;
    this.train(this.training);
  }

  protected override layerForward(x: Tensor): Tensor {
    return this.stable ? this.stableForward(x) : this.fastForward(x);
  }

  private fastForward(x: Tensor): Tensor {
    const { weight, runningVar, eps } = this.bn;
    const factor = this.layer().channelFactor(scaleFactor(weight!, runningVar!, eps));
    return this.bn(this.layer().weightedForward(x, this.roundedWeight(factor), this.bias));
  }

  /** The weight scaled, fake-quantized and scaled back: as one operation, unless someone watches the quantizer. */
  private roundedWeight(factor: Tensor): Tensor {
    const { weight, weightFakeQuant: quantizer } = this;
    if (!quantizer.fakeQuantEnabled || quantizer.forwardHooks.size > 0) {
      return div(quantizer(mul(weight, factor)), factor);
    }
    if (quantizer.observerEnabled) withProduct(weight, factor, (scaled) => quantizer.observe(scaled));
    return scaledFakeQuantize(weight, factor, quantizer.roundingQParams);
  }

  private stableForward(x: Tensor): Tensor {
    const { bn, bias } = this;
    const layer = this.layer();
    const plain = bn.training ? layer.weightedForward(x, this.weight, null) : null;
    if (plain) noGrad(() => bn(bias ? add(plain, perChannel(bias, plain.rank)) : plain));
    const runningStd = this.runningStd();
    const factor = layer.channelFactor(div(bn.weight!, runningStd));
    const z = layer.weightedForward(x, this.weightFakeQuant(mul(this.weight, factor)), null);
    const shaped = (value: Tensor) => perChannel(value, z.rank);
    const shift = (center: Tensor, std: Tensor) => shaped(sub(bn.bias!, div(mul(bn.weight!, center), std)));
    if (!plain) return add(z, shift(bias ? sub(bn.runningMean!, bias) : bn.runningMean!, runningStd));
    const dim = plain.shape.map((_, axis) => axis).filter((axis) => axis !== 1);
    const batchStd = sqrt(add(variance(plain, { dim, correction: 0 }), bn.eps));
    return add(mul(z, shaped(div(runningStd, batchStd))), shift(mean(plain, { dim }), batchStd));
  }

  /** √(running variance + eps): a constant for gradients. */
  private runningStd(): Tensor {
    return noGrad(() => sqrt(add(this.bn.runningVar!, this.bn.eps)));
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
    if (this.bnFrozen) this.bn.training = false;
    return this;
  }
}

/** (channels) → (1, channels, 1, …) */
function perChannel(value: Tensor, rank: number): Tensor {
  return value.reshape([1, value.numel, ...new Array<number>(rank - 2).fill(1)]);
}
