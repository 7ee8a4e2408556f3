import { withDefaults } from "@octavo/spec";
import {
  binaryCrossEntropyWithLogits,
  crossEntropy,
  huberLoss,
  klDiv,
  l1Loss,
  mseLoss,
  nllLoss,
  smoothL1Loss,
} from "@octavo/tensor";
import type { CrossEntropyOptions, LossOptions, NllLossOptions, Reduction, Tensor } from "@octavo/tensor";
import { Module } from "../module.ts";

/** A function of a prediction and a target; `reduction` is `mean` (default), `sum` or `none`. */
abstract class Loss<R extends string = Reduction> extends Module<[x: Tensor, target: Tensor], Tensor> {
  readonly reduction: R | "mean";

  constructor(reduction: R | "mean" = "mean") {
    super();
    this.reduction = reduction;
  }
}

/** Losses with no other option than `reduction`. */
abstract class PlainLoss extends Loss {
  constructor(options: LossOptions = {}) {
    super(withDefaults(new.target.name, { reduction: "mean" } as const, options).reduction);
  }
}

/** Losses of classes: a weight per class and a class that counts nothing. */
abstract class ClassLoss extends Loss {
  declare weight: Tensor | null;
  readonly ignoreIndex: number;

  constructor(options: NllLossOptions = {}) {
    const defaults = { weight: null, ignoreIndex: -100, reduction: "mean" } as const;
    const { weight, ignoreIndex, reduction } = withDefaults(new.target.name, defaults, options);
    super(reduction);
    this.registerBuffer("weight", weight);
    this.ignoreIndex = ignoreIndex;
  }
}

/** −log softmax(x)[target] of logits (N, C, …); targets are class numbers (N, …) or probabilities (N, C, …). */
export class CrossEntropyLoss extends ClassLoss {
  readonly labelSmoothing: number;

  constructor(options: CrossEntropyOptions = {}) {
    const defaults = { weight: null, ignoreIndex: -100, reduction: "mean", labelSmoothing: 0 } as const;
    const { labelSmoothing, ...rest } = withDefaults("CrossEntropyLoss", defaults, options);
    super(rest);
    this.labelSmoothing = labelSmoothing;
  }

  override forward(x: Tensor, target: Tensor): Tensor {
    const { weight, ignoreIndex, reduction, labelSmoothing } = this;
    return crossEntropy(x, target, { weight, ignoreIndex, reduction, labelSmoothing });
  }
}

/** −x[target] of log-probabilities (N, C, …). */
export class NLLLoss extends ClassLoss {
  override forward(x: Tensor, target: Tensor): Tensor {
    const { weight, ignoreIndex, reduction } = this;
    return nllLoss(x, target, { weight, ignoreIndex, reduction });
  }
}

/** (x − target)² */
export class MSELoss extends PlainLoss {
  override forward(x: Tensor, target: Tensor): Tensor {
    return mseLoss(x, target, { reduction: this.reduction });
  }
}

/** |x − target| */
export class L1Loss extends PlainLoss {
  override forward(x: Tensor, target: Tensor): Tensor {
    return l1Loss(x, target, { reduction: this.reduction });
  }
}

/** Binary cross entropy of logits. */
export class BCEWithLogitsLoss extends PlainLoss {
  override forward(x: Tensor, target: Tensor): Tensor {
    return binaryCrossEntropyWithLogits(x, target, { reduction: this.reduction });
  }
}

/** d = |x − target|; d² / (2 beta) below `beta`, d − beta / 2 above. */
export class SmoothL1Loss extends Loss {
  readonly beta: number;

  constructor(options: LossOptions & { beta?: number } = {}) {
    const defaults = { reduction: "mean", beta: 1 } as const;
    const { reduction, beta } = withDefaults("SmoothL1Loss", defaults, options);
    super(reduction);
    this.beta = beta;
  }

  override forward(x: Tensor, target: Tensor): Tensor {
    return smoothL1Loss(x, target, { reduction: this.reduction, beta: this.beta });
  }
}

/** d = |x − target|; d² / 2 below `delta`, delta (d − delta / 2) above. */
export class HuberLoss extends Loss {
  readonly delta: number;

  constructor(options: LossOptions & { delta?: number } = {}) {
    const defaults = { reduction: "mean", delta: 1 } as const;
    const { reduction, delta } = withDefaults("HuberLoss", defaults, options);
    super(reduction);
    this.delta = delta;
  }

  override forward(x: Tensor, target: Tensor): Tensor {
    return huberLoss(x, target, { reduction: this.reduction, delta: this.delta });
  }
}

/** target · (log target − x) of log-probabilities x; `batchmean` divides the sum by the batch. */
export class KLDivLoss extends Loss<Reduction | "batchmean"> {
  constructor(options: { reduction?: Reduction | "batchmean" } = {}) {
    super(withDefaults("KLDivLoss", { reduction: "mean" } as const, options).reduction);
  }

  override forward(x: Tensor, target: Tensor): Tensor {
    return klDiv(x, target, { reduction: this.reduction });
  }
}
