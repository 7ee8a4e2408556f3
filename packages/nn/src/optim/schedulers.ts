import { withDefaults } from "@octavo/spec";
import { requireNumber } from "../internal/require-number.ts";
import { ChainableLR } from "./chainable-lr.ts";
import { LRScheduler } from "./lr-scheduler.ts";
import type { Optimizer } from "./optimizer.ts";

/** Rates times `gamma` every `stepSize` steps. */
export class StepLR extends ChainableLR {
  readonly stepSize: number;
  readonly gamma: number;

  constructor(optimizer: Optimizer, stepSize: number, options: { gamma?: number } = {}) {
    super(optimizer);
    this.stepSize = requireNumber(stepSize, this.constructor.name, "stepSize");
    this.gamma = withDefaults(this.constructor.name, { gamma: 0.1 }, options).gamma;
  }

  protected share(epoch: number): number {
    return this.gamma ** Math.floor(epoch / this.stepSize);
  }
}

/** Rates times `gamma` at each of the `milestones`. */
export class MultiStepLR extends ChainableLR {
  readonly milestones: readonly number[];
  readonly gamma: number;

  constructor(optimizer: Optimizer, milestones: readonly number[], options: { gamma?: number } = {}) {
    super(optimizer);
    this.milestones = milestones;
    this.gamma = withDefaults(this.constructor.name, { gamma: 0.1 }, options).gamma;
    this.apply();
  }

  protected share(epoch: number): number {
    return this.gamma ** this.milestones.filter((milestone) => milestone <= epoch).length;
  }
}

/** Rates times `gamma` every step. */
export class ExponentialLR extends ChainableLR {
  readonly gamma: number;

  constructor(optimizer: Optimizer, gamma: number) {
    super(optimizer);
    this.gamma = requireNumber(gamma, "ExponentialLR", "gamma");
  }

  protected share(epoch: number): number {
    return this.gamma ** epoch;
  }
}

/** Half a cosine from the base rate to `etaMin` in `tMax` steps, and back (Loshchilov & Hutter 2017). */
export class CosineAnnealingLR extends ChainableLR {
  readonly tMax: number;
  readonly etaMin: number;

  constructor(optimizer: Optimizer, tMax: number, options: { etaMin?: number } = {}) {
    super(optimizer);
    this.tMax = requireNumber(tMax, "CosineAnnealingLR", "tMax");
    this.etaMin = withDefaults("CosineAnnealingLR", { etaMin: 0 }, options).etaMin;
  }

  protected override get floor(): number {
    return this.etaMin;
  }

  protected share(epoch: number): number {
    return (1 + Math.cos((Math.PI * epoch) / this.tMax)) / 2;
  }

  /** Begins with the base rate itself, which floor + (base − floor) need not be. */
  protected override rate(base: number, epoch: number): number {
    return epoch === 0 ? base : super.rate(base, epoch);
  }
}

/** Rates times a factor that goes linearly from `startFactor` to `endFactor` in `totalIters` steps: a warm-up. */
export class LinearLR extends ChainableLR {
  readonly startFactor: number;
  readonly endFactor: number;
  readonly totalIters: number;

  constructor(
    optimizer: Optimizer,
    options: { startFactor?: number; endFactor?: number; totalIters?: number } = {},
  ) {
    super(optimizer);
    const defaults = { startFactor: 1 / 3, endFactor: 1, totalIters: 5 };
    const { startFactor, endFactor, totalIters } = withDefaults("LinearLR", defaults, options);
    this.startFactor = startFactor;
    this.endFactor = endFactor;
    this.totalIters = totalIters;
    this.apply();
  }

  protected share(epoch: number): number {
    const done = Math.min(epoch, this.totalIters) / this.totalIters;
    return this.startFactor + (this.endFactor - this.startFactor) * done;
  }
}

/** Rates times `factor` for the first `totalIters` steps. */
export class ConstantLR extends ChainableLR {
  readonly factor: number;
  readonly totalIters: number;

  constructor(optimizer: Optimizer, options: { factor?: number; totalIters?: number } = {}) {
    super(optimizer);
    const { factor, totalIters } = withDefaults("ConstantLR", { factor: 1 / 3, totalIters: 5 }, options);
    this.factor = factor;
    this.totalIters = totalIters;
    this.apply();
  }

  protected share(epoch: number): number {
    return epoch < this.totalIters ? this.factor : 1;
  }
}

/** Rates times what `factor` returns for the number of steps done. */
export class LambdaLR extends LRScheduler {
  readonly factor: (epoch: number) => number;

  constructor(optimizer: Optimizer, factor: (epoch: number) => number) {
    super(optimizer);
    this.factor = factor;
    this.apply();
  }

  protected rate(base: number, epoch: number): number {
    return base * this.factor(epoch);
  }
}
