import { withDefaults } from "@octavo/spec";
import { PassiveObserver } from "./internal/passive-observer.ts";
import { observerFactory } from "./observer-factory.ts";
import type { ObserverFactory } from "./observer-factory.ts";

/**
 * Says that an output has the qparams of its input (reshape, max pooling, …), as
 * `torch.ao.quantization.ReuseInputObserver`; it observes nothing itself.
 */
export class ReuseInputObserver extends PassiveObserver {
  static readonly className: string = "ReuseInputObserver";

  constructor(options: Record<never, never> = {}) {
    withDefaults(ReuseInputObserver.className, {}, options);
    super("quint8");
  }

  static withArgs(
    options: Record<never, never> = {},
  ): ObserverFactory<ReuseInputObserver, Record<never, never>> {
    return observerFactory(ReuseInputObserver, options);
  }
}
