import { withDefaults } from "@octavo/spec";
import {
  defaultAveragingConstant,
  movingAverage,
  requireAveragingConstant,
} from "./internal/moving-average.ts";
import { RunningRangeObserver } from "./internal/running-range-observer.ts";
import { observerFactory } from "./observer-factory.ts";
import type { ObserverFactory } from "./observer-factory.ts";
import { perChannelDefaults } from "./per-channel-min-max-observer.ts";
import type { PerChannelObserverOptions } from "./per-channel-min-max-observer.ts";

export interface MovingAveragePerChannelOptions extends PerChannelObserverOptions {
  /** Weight of a new batch, above 0 and at most 1. */
  readonly averagingConstant?: number;
}

const defaults = { ...perChannelDefaults, averagingConstant: defaultAveragingConstant };

/**
 * Exponential moving average of each channel's smallest and largest value of each batch, as
 * `torch.ao.quantization.MovingAveragePerChannelMinMaxObserver`: the first batch is copied, then `m += c · (batch − m)`.
 */
export class MovingAveragePerChannelMinMaxObserver extends RunningRangeObserver {
  static readonly className: string = "MovingAveragePerChannelMinMaxObserver";
  readonly averagingConstant: number;

  constructor(options: MovingAveragePerChannelOptions = {}) {
    const settings = withDefaults(MovingAveragePerChannelMinMaxObserver.className, defaults, options);
    super(settings, settings.chAxis);
    requireAveragingConstant(this.className, settings.averagingConstant, settings.isDynamic);
    this.averagingConstant = settings.averagingConstant;
  }

  static withArgs(
    options: MovingAveragePerChannelOptions = {},
  ): ObserverFactory<MovingAveragePerChannelMinMaxObserver, MovingAveragePerChannelOptions> {
    return observerFactory(MovingAveragePerChannelMinMaxObserver, options);
  }

  protected override next(running: number, batch: number): number {
    return movingAverage(running, batch, this.averagingConstant);
  }
}
