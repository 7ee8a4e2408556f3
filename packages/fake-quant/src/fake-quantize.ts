import { Module } from "@octavo/nn";
import type { ExtraState, StateDict } from "@octavo/nn";
import type { Observer } from "@octavo/observers";
import { isQuantized } from "@octavo/spec";
import type { QParams } from "@octavo/spec";
import { fakeQuantize, noGrad, tensor } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";

export interface FakeQuantizeOptions {
  /** Whether values are rounded to the integer grid; false only watches (calibration). */
  readonly fakeQuantEnabled?: boolean;
}

/**
 * Watches a tensor through an observer and rounds it to the integers that int8 inference will use, staying in float32:
 * `y = (clamp(rne(x / scale) + zeroPoint) − zeroPoint) · scale`. The gradient passes where the integer is in range
 * (straight-through). One class for both flows: calibration has rounding switched off, training has it on.
 *
 * Equal to `torch.ao.quantization.FakeQuantize`. Its state-dict keys are torch's.
 */
export class FakeQuantize extends Module<[x: Tensor], Tensor> implements ExtraState {
  readonly observer: Observer;
  observerEnabled = true;
  fakeQuantEnabled: boolean;
  #qparams: QParams | null = null;
  #observed = false;

  constructor(observer: Observer, { fakeQuantEnabled = true }: FakeQuantizeOptions = {}) {
    super();
    this.observer = observer;
    this.fakeQuantEnabled = fakeQuantEnabled;
  }

  override forward(x: Tensor): Tensor {
    if (this.observerEnabled) this.observe(x);
    return this.fakeQuantEnabled ? this.quantize(x) : x;
  }

  /** Takes a batch into account without rounding it. */
  observe(x: Tensor): void {
    this.observer.observe(x);
    this.#qparams = null;
    this.#observed = true;
  }

  /** Rounds with the present qparams, without observing. */
  quantize(x: Tensor): Tensor {
    const { scale, zeroPoint, axis, quantMin, quantMax } = this.qparams;
    return fakeQuantize(x, scale, zeroPoint as Int32Array, { axis, quantMin, quantMax });
  }

  /** What the last rounded batch used; `convert` takes these and never observes again. */
  get qparams(): QParams {
    this.#qparams ??= this.observer.calculateQParams();
    return this.#qparams;
  }

  /** Sets the qparams by hand; they stay until something is observed. */
  set qparams(qparams: QParams) {
    this.#qparams = qparams;
  }

  /** False as long as nothing was observed, loaded or set. */
  get hasQParams(): boolean {
    return this.#observed || this.#qparams !== null;
  }

  get scale(): Float32Array {
    return this.qparams.scale;
  }

  get zeroPoint(): Int32Array {
    return this.qparams.zeroPoint as Int32Array;
  }

  enableObserver(enabled = true): this {
    this.observerEnabled = enabled;
    return this;
  }

  disableObserver(): this {
    return this.enableObserver(false);
  }

  enableFakeQuant(enabled = true): this {
    this.fakeQuantEnabled = enabled;
    return this;
  }

  disableFakeQuant(): this {
    return this.enableFakeQuant(false);
  }

  /** `fake_quant_enabled`, `observer_enabled`, `scale`, `zero_point` and the observer's state, under torch's names. */
  extraState(): StateDict {
    const flag = (on: boolean) => tensor([Number(on)], { dtype: "uint8" });
    const state: StateDict = new Map([
      ["fake_quant_enabled", flag(this.fakeQuantEnabled)],
      ["observer_enabled", flag(this.observerEnabled)],
      ["scale", tensor(this.hasQParams ? this.scale : [1])],
      ["zero_point", tensor(this.hasQParams ? this.zeroPoint : [0], { dtype: "int32" })],
    ]);
    for (const [name, { data, shape }] of Object.entries(this.observer.stateDict())) {
      state.set(`activation_post_process.${name}`, tensor(data, shape));
    }
    return state;
  }

  loadExtraState(state: ReadonlyMap<string, Tensor>): void {
    noGrad(() => {
      const prefix = "activation_post_process.";
      const observed = [...state].filter(([name]) => name.startsWith(prefix));
      this.observer.loadStateDict(Object.fromEntries(observed.map(([name, x]) => [name.slice(prefix.length), x])));
      this.fakeQuantEnabled = (state.get("fake_quant_enabled")?.raw()[0] ?? Number(this.fakeQuantEnabled)) !== 0;
      this.observerEnabled = (state.get("observer_enabled")?.raw()[0] ?? Number(this.observerEnabled)) !== 0;
      const [scale, zeroPoint] = [state.get("scale"), state.get("zero_point")];
      if (!scale || !zeroPoint) return;
      const { dtype, qscheme, axis, quantMin, quantMax } = this.observer;
      if (!isQuantized(dtype) || quantMin === null || quantMax === null) return;
      const integers = Int32Array.from(zeroPoint.toArray() as Int32Array);
      this.#qparams = { dtype, qscheme, axis, quantMin, quantMax, scale: scale.data.slice(), zeroPoint: integers };
      this.#observed = true;
    });
  }

  override typeName(): string {
    return this.fakeQuantEnabled ? super.typeName() : "Observer";
  }

  override extraRepr(): string {
    const { dtype, qscheme, quantMin, quantMax, axis } = this.observer;
    const switches = [!this.observerEnabled && "observer off", !this.fakeQuantEnabled && "rounding off"].filter(Boolean);
    const range = `${dtype} ${quantMin}..${quantMax}, ${qscheme}${axis === null ? "" : `, axis=${axis}`}`;
    return [this.observer.toString(), range, ...switches].join(", ");
  }
}
