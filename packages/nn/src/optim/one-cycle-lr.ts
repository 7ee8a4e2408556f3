import { ArgumentError, withDefaults } from "@octavo/spec";
import { LRScheduler } from "./lr-scheduler.ts";
import type { Optimizer } from "./optimizer.ts";

type Anneal = (start: number, end: number, share: number) => number;

const anneal = {
  cos: (start, end, share) => end + ((start - end) / 2) * (1 + Math.cos(Math.PI * share)),
  linear: (start, end, share) => start + (end - start) * share,
} satisfies Record<string, Anneal>;

export interface OneCycleOptions {
  /** Steps of the cycle; or `epochs` times `stepsPerEpoch`. */
  readonly totalSteps?: number;
  readonly epochs?: number;
  readonly stepsPerEpoch?: number;
  /** Share of the steps in which the rate rises. Default 0.3. */
  readonly pctStart?: number;
  readonly annealStrategy?: keyof typeof anneal;
  /** Momentum (or Adam's first beta) goes down while the rate rises. Default true. */
  readonly cycleMomentum?: boolean;
  readonly baseMomentum?: number;
  readonly maxMomentum?: number;
  /** First rate = maxLr / divFactor. Default 25. */
  readonly divFactor?: number;
  /** Last rate = first rate / finalDivFactor. Default 1e4. */
  readonly finalDivFactor?: number;
  /** Fall to the first rate as fast as it rose, then to the last. */
  readonly threePhase?: boolean;
}

const defaults = {
  totalSteps: undefined,
  epochs: 0,
  stepsPerEpoch: 0,
  pctStart: 0.3,
  annealStrategy: "cos",
  cycleMomentum: true,
  baseMomentum: 0.85,
  maxMomentum: 0.95,
  divFactor: 25,
  finalDivFactor: 1e4,
  threePhase: false,
} as const;

interface Phase {
  readonly end: number;
  readonly lr: readonly [from: number, to: number];
  readonly momentum: readonly [from: number, to: number];
}

/** One rise to `maxLr` and a longer fall, in one run (Smith & Topin 2018), as torch's OneCycleLR; step after each batch. */
export class OneCycleLR extends LRScheduler {
  readonly totalSteps: number;
  readonly cycleMomentum: boolean;
  private readonly annealed: Anneal;
  private readonly phases: readonly Phase[];

  /** @throws ArgumentError without a number of steps, or for an unknown strategy. */
  constructor(optimizer: Optimizer, maxLr: number, options: OneCycleOptions) {
    super(optimizer);
    const settings = withDefaults("OneCycleLR", defaults, options);
    const { epochs, stepsPerEpoch, totalSteps = epochs * stepsPerEpoch, pctStart } = settings;
    const { baseMomentum, maxMomentum, divFactor, finalDivFactor, annealStrategy, threePhase } = settings;
    if (!(totalSteps > 0)) {
      const got = `totalSteps ${totalSteps}`;
      throw new ArgumentError({
        where: "OneCycleLR",
        expected: "totalSteps, or epochs and stepsPerEpoch",
        got,
      });
    }
    if (!Object.hasOwn(anneal, annealStrategy)) {
      const expected = `annealStrategy ${Object.keys(anneal).join(" or ")}`;
      throw new ArgumentError({ where: "OneCycleLR", expected, got: annealStrategy });
    }
    this.totalSteps = totalSteps;
    this.cycleMomentum = settings.cycleMomentum;
    this.annealed = anneal[annealStrategy];
    const first = maxLr / divFactor;
    const last = first / finalDivFactor;
    for (const group of optimizer.paramGroups) group.initialLr = first;
    const rise: Phase = {
      end: pctStart * totalSteps - 1,
      lr: [first, maxLr],
      momentum: [maxMomentum, baseMomentum],
    };
    const end = totalSteps - 1;
    this.phases = threePhase
      ? [
          rise,
          { end: 2 * pctStart * totalSteps - 2, lr: [maxLr, first], momentum: [baseMomentum, maxMomentum] },
          { end, lr: [first, last], momentum: [maxMomentum, maxMomentum] },
        ]
      : [rise, { end, lr: [maxLr, last], momentum: [baseMomentum, maxMomentum] }];
    this.apply();
  }

  protected rate(_: number, epoch: number): number {
    return this.at("lr", epoch);
  }

  protected override apply(lrs?: readonly number[]): void {
    super.apply(lrs);
    if (!this.cycleMomentum) return;
    const momentum = this.at("momentum", this.lastEpoch);
    for (const group of this.optimizer.paramGroups as {
      momentum?: number;
      betas?: readonly [number, number];
    }[]) {
      if (group.betas) group.betas = [momentum, group.betas[1]];
      else group.momentum = momentum;
    }
  }

  /** @throws ArgumentError beyond the last step. */
  private at(what: "lr" | "momentum", epoch: number): number {
    if (epoch > this.totalSteps) {
      throw new ArgumentError({
        where: "OneCycleLR",
        expected: `at most ${this.totalSteps} steps`,
        got: `${epoch}`,
      });
    }
    let start = 0;
    for (const [
      i,
      {
        end,
        [what]: [from, to],
      },
    ] of this.phases.entries()) {
      if (epoch <= end || i === this.phases.length - 1)
        return this.annealed(from, to, (epoch - start) / (end - start));
      start = end;
    }
    return NaN;
  }
}
