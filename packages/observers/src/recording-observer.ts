import { withDefaults } from "@octavo/spec";
import type { QuantizedDType, TensorLike } from "@octavo/spec";
import { float32Values } from "./internal/float32-values.ts";
import { PassiveObserver } from "./internal/passive-observer.ts";
import { sameKind } from "./internal/same-kind.ts";
import { observerFactory } from "./observer-factory.ts";
import type { ObserverFactory } from "./observer-factory.ts";
import type { Observer } from "./observer.ts";

export interface RecordingObserverOptions {
  readonly dtype?: QuantizedDType;
}

/** Keeps a copy of every tensor, for debugging, as `torch.ao.quantization.RecordingObserver`. The copies are not in `stateDict`. */
export class RecordingObserver extends PassiveObserver {
  static readonly className: string = "RecordingObserver";
  #tensors: TensorLike<Float32Array>[] = [];

  constructor(options: RecordingObserverOptions = {}) {
    super(withDefaults(RecordingObserver.className, { dtype: "quint8" as QuantizedDType }, options).dtype);
  }

  static withArgs(
    options: RecordingObserverOptions = {},
  ): ObserverFactory<RecordingObserver, RecordingObserverOptions> {
    return observerFactory(RecordingObserver, options);
  }

  /** The tensors seen, in order; torch's `get_tensor_value`. */
  getTensorValue(): readonly TensorLike<Float32Array>[] {
    return this.#tensors;
  }

  /** Takes any values, NaN and ±∞ too. */
  override observe(x: TensorLike): void {
    const data = float32Values(x, `${this.name} (batch ${this.#tensors.length + 1})`).slice();
    this.#tensors.push({ data, shape: [...x.shape], memoryFormat: x.memoryFormat });
  }

  override reset(): void {
    this.#tensors = [];
  }

  /** Appends the other's tensors. */
  override merge(other: Observer): void {
    this.#tensors.push(...sameKind<RecordingObserver>(this, other).getTensorValue());
  }
}
