import { QuantizationError } from "@octavo/spec";
import type { DType, QParams, QScheme, TensorLike } from "@octavo/spec";
import type { Observer, ObserverState } from "../observer.ts";
import { readState } from "./read-state.ts";
import { sameKind } from "./same-kind.ts";

/** An observer that keeps no range: it stands for a decision in a qconfig, and cannot calculate qparams. */
export abstract class PassiveObserver implements Observer {
  readonly className: string;
  name: string;
  readonly dtype: DType;
  readonly qscheme: QScheme = "perTensorAffine";
  readonly quantMin: number | null = null;
  readonly quantMax: number | null = null;
  readonly axis: number | null = null;
  readonly isDynamic: boolean = false;

  constructor(dtype: DType) {
    const { className = new.target.name } = new.target as { className?: string };
    this.className = className;
    this.name = className;
    this.dtype = dtype;
  }

  observe(_x: TensorLike): void {}

  /** @throws QuantizationError: no range was measured. */
  calculateQParams(): QParams {
    throw new QuantizationError({
      where: this.name,
      expected: "an observer that measures a range",
      got: `a call of calculateQParams on ${this.className}`,
      hint: "It observes no range. Use MinMaxObserver or HistogramObserver in the qconfig, or do not convert this tensor.",
    });
  }

  reset(): void {}

  stateDict(): ObserverState {
    return {};
  }

  loadStateDict(state: ObserverState): void {
    readState(state, [], this.name);
  }

  merge(other: Observer): void {
    sameKind<Observer>(this, other);
  }

  toString(): string {
    return `${this.className}()`;
  }
}
