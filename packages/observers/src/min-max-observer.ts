import { withDefaults } from "@octavo/spec";
import { RunningRangeObserver } from "./internal/running-range-observer.ts";
import type { Extreme } from "./internal/running-range-observer.ts";
import { observerFactory } from "./observer-factory.ts";
import type { ObserverFactory } from "./observer-factory.ts";
import { uniformDefaults } from "./uniform-observer.ts";
import type { UniformObserverOptions } from "./uniform-observer.ts";

/** Smallest and largest value of everything seen, per tensor, as `torch.ao.quantization.MinMaxObserver`. */
export class MinMaxObserver extends RunningRangeObserver {
  static readonly className: string = "MinMaxObserver";

  constructor(options: UniformObserverOptions = {}) {
    super(withDefaults(MinMaxObserver.className, uniformDefaults, options), null);
  }

  static withArgs(
    options: UniformObserverOptions = {},
  ): ObserverFactory<MinMaxObserver, UniformObserverOptions> {
    return observerFactory(MinMaxObserver, options);
  }

  protected override next(running: number, batch: number, extreme: Extreme): number {
    return extreme(running, batch);
  }
}
