import { withDefaults } from "@octavo/spec";
import {
  defaultAveragingConstant,
  movingAverage,
  requireAveragingConstant,
} from "./internal/moving-average.ts";
import { RunningRangeObserver } from "./internal/running-range-observer.ts";
import { observerFactory } from "./observer-factory.ts";
import type { ObserverFactory } from "./observer-factory.ts";
import { uniformDefaults } from "./uniform-observer.ts";
import type { UniformObserverOptions } from "./uniform-observer.ts";

export interface MovingAverageOptions extends UniformObserverOptions {
  /** Weight of a new batch, above 0 and at most 1. */
  readonly averagingConstant?: number;
}

const defaults = { ...uniformDefaults, averagingConstant: defaultAveragingConstant };

/**
 * Exponential moving average of the smallest and largest value of each batch, as
 * `torch.ao.quantization.MovingAverageMinMaxObserver`: the first batch is copied, then `m += c · (batch − m)`.
 */
export class MovingAverageMinMaxObserver extends RunningRangeObserver {
  static readonly className: string = "MovingAverageMinMaxObserver";
  readonly averagingConstant: number;

  constructor(options: MovingAverageOptions = {}) {
    const settings = withDefaults(MovingAverageMinMaxObserver.className, defaults, options);
    super(settings, null);
    requireAveragingConstant(this.className, settings.averagingConstant, settings.isDynamic);
    this.averagingConstant = settings.averagingConstant;
  }

  static withArgs(
    options: MovingAverageOptions = {},
  ): ObserverFactory<MovingAverageMinMaxObserver, MovingAverageOptions> {
    return observerFactory(MovingAverageMinMaxObserver, options);
  }

  protected override next(running: number, batch: number): number {
    return movingAverage(running, batch, this.averagingConstant);
  }
}
