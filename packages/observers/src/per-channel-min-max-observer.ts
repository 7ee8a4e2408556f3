import { withDefaults } from "@octavo/spec";
import { RunningRangeObserver } from "./internal/running-range-observer.ts";
import type { Extreme } from "./internal/running-range-observer.ts";
import type { Settings } from "./internal/settings.ts";
import { observerFactory } from "./observer-factory.ts";
import type { ObserverFactory } from "./observer-factory.ts";
import { uniformDefaults } from "./uniform-observer.ts";
import type { UniformObserverOptions } from "./uniform-observer.ts";

export interface PerChannelObserverOptions extends UniformObserverOptions {
  /** Channel axis; negative counts from the end. */
  readonly chAxis?: number;
}

/** Every option with torch's default. */
export const perChannelDefaults: Settings<PerChannelObserverOptions> = Object.freeze({
  ...uniformDefaults,
  qscheme: "perChannelAffine",
  chAxis: 0,
});

/** Smallest and largest value of each channel of everything seen, as `torch.ao.quantization.PerChannelMinMaxObserver`. */
export class PerChannelMinMaxObserver extends RunningRangeObserver {
  static readonly className: string = "PerChannelMinMaxObserver";

  constructor(options: PerChannelObserverOptions = {}) {
    const settings = withDefaults(PerChannelMinMaxObserver.className, perChannelDefaults, options);
    super(settings, settings.chAxis);
  }

  static withArgs(
    options: PerChannelObserverOptions = {},
  ): ObserverFactory<PerChannelMinMaxObserver, PerChannelObserverOptions> {
    return observerFactory(PerChannelMinMaxObserver, options);
  }

  protected override next(running: number, batch: number, extreme: Extreme): number {
    return extreme(running, batch);
  }
}
