import { ArgumentError, qschemes, withDefaults } from "@octavo/spec";
import type { QParams, QScheme, QuantizedDType } from "@octavo/spec";
import { PassiveObserver } from "./internal/passive-observer.ts";
import { pythonFloat } from "./internal/python-text.ts";
import { readState } from "./internal/read-state.ts";
import type { Settings } from "./internal/settings.ts";
import { observerFactory } from "./observer-factory.ts";
import type { ObserverFactory } from "./observer-factory.ts";
import type { ObserverState } from "./observer.ts";
import { quantRange } from "./quant-range.ts";

export interface FixedQParamsObserverOptions {
  readonly scale: number;
  /** Integer within quantMin..quantMax. */
  readonly zeroPoint: number;
  readonly dtype?: QuantizedDType;
  readonly qscheme?: QScheme;
  /** Inclusive integer range instead of the dtype's; both or neither. */
  readonly quantMin?: number;
  readonly quantMax?: number;
}

const defaults: Settings<FixedQParamsObserverOptions> = {
  scale: NaN,
  zeroPoint: NaN,
  dtype: "quint8",
  qscheme: "perTensorAffine",
  quantMin: undefined,
  quantMax: undefined,
};

/**
 * Given qparams, whatever the data: for outputs whose range is known, as sigmoid's (1/256, 0) and tanh's (2/256, 128).
 * As `torch.ao.quantization.FixedQParamsObserver`, except that the range defaults to the dtype's, not to 0..255.
 */
export class FixedQParamsObserver extends PassiveObserver {
  static readonly className: string = "FixedQParamsObserver";
  declare readonly dtype: QuantizedDType;
  override readonly qscheme: QScheme;
  override readonly quantMin: number;
  override readonly quantMax: number;
  #scale: number;
  #zeroPoint: number;

  /** @throws ArgumentError unless the scale is positive and the zero point an integer of the range. */
  constructor(options: FixedQParamsObserverOptions) {
    const where = FixedQParamsObserver.className;
    const { scale, zeroPoint, dtype, qscheme, ...custom } = withDefaults(where, defaults, options);
    const { quantMin, quantMax } = quantRange({ dtype, ...custom, where });
    requireQParams(where, scale, zeroPoint, quantMin, quantMax);
    if (!qschemes[qscheme] || qschemes[qscheme].perChannel) {
      throw new ArgumentError({ where, expected: "a per-tensor qscheme", got: String(qscheme) });
    }
    super(dtype);
    this.qscheme = qscheme;
    this.quantMin = quantMin;
    this.quantMax = quantMax;
    this.#scale = Math.fround(scale);
    this.#zeroPoint = zeroPoint;
  }

  static withArgs(
    options: FixedQParamsObserverOptions,
  ): ObserverFactory<FixedQParamsObserver, FixedQParamsObserverOptions> {
    return observerFactory(FixedQParamsObserver, options);
  }

  get scale(): number {
    return this.#scale;
  }

  get zeroPoint(): number {
    return this.#zeroPoint;
  }

  override calculateQParams(): QParams {
    const { dtype, qscheme, quantMin, quantMax } = this;
    const [scale, zeroPoint] = [Float32Array.of(this.#scale), Int32Array.of(this.#zeroPoint)];
    return { dtype, qscheme, scale, zeroPoint, axis: null, quantMin, quantMax };
  }

  override stateDict(): ObserverState {
    const { scale, zeroPoint } = this.calculateQParams();
    return { scale: { data: scale, shape: [1] }, zero_point: { data: zeroPoint, shape: [1] } };
  }

  override loadStateDict(state: ObserverState): void {
    const read = readState(state, ["scale", "zero_point"], this.name);
    const [scale] = read("scale", 1);
    read("zero_point", 1); // checks it; a large integer would lose digits as float32
    const zeroPoint = state.zero_point.data[0];
    requireQParams(this.name, scale, zeroPoint, this.quantMin, this.quantMax);
    [this.#scale, this.#zeroPoint] = [scale, zeroPoint];
  }

  override toString(): string {
    return `FixedQParamsObserver(scale=${pythonFloat(this.#scale)}, zero_point=${this.#zeroPoint})`;
  }
}

function requireQParams(
  where: string,
  scale: number,
  zeroPoint: number,
  quantMin: number,
  quantMax: number,
): void {
  if (!(Math.fround(scale) > 0 && Number.isFinite(Math.fround(scale)))) {
    throw new ArgumentError({ where, expected: "a positive scale", got: String(scale) });
  }
  if (!Number.isInteger(zeroPoint) || zeroPoint < quantMin || zeroPoint > quantMax) {
    throw new ArgumentError({
      where,
      expected: `an integer zeroPoint in ${quantMin}..${quantMax}`,
      got: String(zeroPoint),
    });
  }
}
