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

  /** Goes on by one step. */
  step(): void {
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

  loadStateDict({ lastEpoch, baseLrs }: { lastEpoch: number; baseLrs: readonly number[] }): void {
    this.lastEpoch = lastEpoch;
    Object.assign(this, { baseLrs });
    this.apply();
  }
}
