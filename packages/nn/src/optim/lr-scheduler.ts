import { ArgumentError, warn } from "@octavo/spec";
import type { BaseOptions, Optimizer, ParamGroup } from "./optimizer.ts";

/** What a checkpoint holds of a scheduler. */
export interface SchedulerState {
  readonly lastEpoch: number;
  readonly baseLrs: readonly number[];
  /** Rates of the groups; without them, those that this scheduler alone would have set. */
  readonly lrs?: readonly number[];
}

/** Sets the learning rates of an optimiser as a function of the steps done: call `step` after each epoch (or batch). */
export abstract class LRScheduler {
  readonly optimizer: Optimizer;
  /** Rates that the groups had when their first scheduler was made. */
  readonly baseLrs: readonly number[];
  /** Steps done. */
  lastEpoch = 0;

  constructor(optimizer: Optimizer) {
    this.optimizer = optimizer;
    this.baseLrs = optimizer.paramGroups.map((group) => (group.initialLr ??= group.lr));
  }

  /** The rate of a group after `epoch` steps, if nobody else changes it. */
  protected abstract rate(base: number, epoch: number): number;

  /** What to set after a rate of `lr`, whoever set that: unless a class says otherwise, the same as if nobody had. */
  protected next(_lr: number, base: number, epoch: number): number {
    return this.rate(base, epoch);
  }

  /** Goes on by one step; if the optimiser did none before the first, a warning, through `onWarning`, as torch. */
  step(): void {
    if (this.lastEpoch === 0 && this.optimizer.steps === 0) warn(tooEarly(this));
    this.lastEpoch += 1;
    this.apply();
  }

  /** Sets the rates of `lastEpoch`. */
  protected apply(lrs: readonly number[] = this.nextLrs()): void {
    this.optimizer.paramGroups.forEach((group: ParamGroup<BaseOptions>, i) => {
      group.lr = lrs[i];
    });
  }

  private nextLrs(): number[] {
    return this.getLastLr().map((lr, i) => this.next(lr, this.baseLrs[i], this.lastEpoch));
  }

  getLastLr(): number[] {
    return this.optimizer.paramGroups.map(({ lr }) => lr);
  }

  /** With the groups' rates as they are: those of chained schedulers follow from no one's steps. */
  stateDict(): Required<SchedulerState> {
    return { lastEpoch: this.lastEpoch, baseLrs: this.baseLrs, lrs: this.getLastLr() };
  }

  /**
   * Takes back what `stateDict` gave. Classes are not told apart: states of all have the same fields.
   * @throws ArgumentError for other fields than this one's, for a number of steps that is none, and for rates of more or fewer groups.
   */
  loadStateDict(state: SchedulerState): void {
    requireState(this, state);
    const { lastEpoch, baseLrs } = state;
    const lrs = state.lrs ?? baseLrs.map((base) => this.rate(base, lastEpoch));
    this.lastEpoch = lastEpoch;
    Object.assign(this, { baseLrs });
    this.apply(lrs);
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
  state: { readonly [name in keyof SchedulerState]?: unknown },
): void {
  const where = `loadStateDict of ${scheduler.constructor.name}`;
  const own = Object.keys(scheduler.stateDict());
  const { lastEpoch, baseLrs, lrs = baseLrs } = state;
  const isFitting = Object.keys(state).every((name) => own.includes(name));
  if (!isFitting || !Number.isInteger(lastEpoch) || !Array.isArray(baseLrs) || !Array.isArray(lrs)) {
    const got = Object.entries(state).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
    throw new ArgumentError({
      where,
      expected: `a state with ${own.join(", ")}`,
      got: got.join(", ") || "one without",
      hint: "Give it what stateDict of a scheduler of the same class gave.",
    });
  }
  const groups = scheduler.optimizer.paramGroups.length;
  const other = [baseLrs, lrs].find(({ length }) => length !== groups);
  if (!other) return;
  throw new ArgumentError({
    where,
    expected: `rates of the optimiser's ${groups} groups`,
    got: `${other.length}`,
  });
}
