import { withDefaults } from "@octavo/spec";
import type { DType } from "@octavo/spec";
import { PassiveObserver } from "./internal/passive-observer.ts";
import { observerFactory } from "./observer-factory.ts";
import type { ObserverFactory } from "./observer-factory.ts";

export interface NoopObserverOptions {
  /** dtype that the tensor is to be converted to; float16 unless given. */
  readonly dtype?: DType;
}

/** Observes nothing and only names a dtype, as `torch.ao.quantization.NoopObserver`. */
export class NoopObserver extends PassiveObserver {
  static readonly className: string = "NoopObserver";

  constructor(options: NoopObserverOptions = {}) {
    super(withDefaults(NoopObserver.className, { dtype: "float16" as DType }, options).dtype);
  }

  static withArgs(options: NoopObserverOptions = {}): ObserverFactory<NoopObserver, NoopObserverOptions> {
    return observerFactory(NoopObserver, options);
  }
}
