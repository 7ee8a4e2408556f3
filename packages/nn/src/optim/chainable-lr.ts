import { LRScheduler } from "./lr-scheduler.ts";

/**
 * A scheduler that multiplies rates, so that several of them may share an optimiser, and rates be changed by hand, as with
 * torch's chainable schedulers.
 */
export abstract class ChainableLR extends LRScheduler {
  /** What is multiplied is the part of a rate above it. */
  protected get floor(): number {
    return 0;
  }

  /** Share of the base rate that is left after `epoch` steps. */
  protected abstract share(epoch: number): number;

  protected rate(base: number, epoch: number): number {
    return this.floor + (base - this.floor) * this.share(epoch);
  }

  /** A rate that is this scheduler's own goes on without a product's rounding; another's changes by the same ratio. */
  protected override next(lr: number, base: number, epoch: number): number {
    const isFirst = epoch === 0;
    if (lr === (isFirst ? base : this.rate(base, epoch - 1))) return this.rate(base, epoch);
    const { floor } = this;
    const [before, after] = [isFirst ? 1 : this.share(epoch - 1), this.share(epoch)];
    // Nothing can be multiplied up from 0: torch's cosine adds there.
    return before === 0 ? lr + (base - floor) * after : floor + (lr - floor) * (after / before);
  }
}
