import { ArgumentError, warn } from "@octavo/spec";
import type { BaseOptions, Optimizer, ParamGroup } from "./optimizer.ts";

/** Sets the learning rates of an optimiser as a function of the steps done: call `step` after each epoch (or batch). */
export abstract class LRScheduler {
  readonly optimizer: Optimizer;
  /** Rates of the groups when the scheduler was made. */
  readonly baseLrs: readonly number[];
  /** Steps done. */
  lastEpoch = 0;

  constructor(optimizer: Optimizer) {
    this.optimizer = optimizer;
    this.baseLrs = optimizer.paramGroups.map(({ lr }) => lr);
  }

  /** The rate of a group after `epoch` steps. */
  protected abstract rate(base: number, epoch: number): number;

  /** Goes on by one step; if the optimiser did none before the first, a warning, through `onWarning`, as torch. */
  step(): void {
    if (this.lastEpoch === 0 && this.optimizer.steps === 0) warn(tooEarly(this));
    this.lastEpoch += 1;
    this.apply();
  }

  protected apply(): void {
    this.optimizer.paramGroups.forEach((group: ParamGroup<BaseOptions>, i) => {
      group.lr = this.rate(this.baseLrs[i], this.lastEpoch);
    });
  }

  getLastLr(): number[] {
    return this.optimizer.paramGroups.map(({ lr }) => lr);
  }

  stateDict(): { lastEpoch: number; baseLrs: readonly number[] } {
    return { lastEpoch: this.lastEpoch, baseLrs: this.baseLrs };
  }

  /**
   * Takes back what `stateDict` gave. Classes are not told apart: states of all have the same fields.
   * @throws ArgumentError for other fields than this one's, for a number of steps that is none, and for rates of more or fewer groups.
   */
  loadStateDict(state: { lastEpoch: number; baseLrs: readonly number[] }): void {
    requireState(this, state);
    const { lastEpoch, baseLrs } = state;
    this.lastEpoch = lastEpoch;
    Object.assign(this, { baseLrs });
    this.apply();
  }
}

function tooEarly({ constructor, optimizer }: LRScheduler): string {
  const name = optimizer.constructor.name;
  return (
    `${constructor.name}.step: ${name} has done no step yet, so the first rate goes unused. Call step of the optimiser first, then that of ` +
    "the scheduler."
  );
}

/** @throws ArgumentError */
function requireState(
  scheduler: LRScheduler,
  state: { readonly lastEpoch?: unknown; readonly baseLrs?: unknown },
): void {
  const where = `loadStateDict of ${scheduler.constructor.name}`;
  const own = Object.keys(scheduler.stateDict());
  const { lastEpoch, baseLrs } = state;
  const isFitting = Object.keys(state).every((name) => own.includes(name));
  if (!isFitting || !Number.isInteger(lastEpoch) || !Array.isArray(baseLrs)) {
    const got = Object.entries(state).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
    throw new ArgumentError({
      where,
      expected: `a state with ${own.join(", ")}`,
      got: got.join(", ") || "one without",
      hint: "Give it what stateDict of a scheduler of the same class gave.",
    });
  }
  const groups = scheduler.optimizer.paramGroups.length;
  if (baseLrs.length === groups) return;
  throw new ArgumentError({
    where,
    expected: `rates of the optimiser's ${groups} groups`,
    got: `${baseLrs.length}`,
  });
}
