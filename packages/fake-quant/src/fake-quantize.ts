import { cloneModule, Module } from "@octavo/nn";
import type { Copies, ExtraState, StateDict } from "@octavo/nn";
import type { Observer, ObserverFactory } from "@octavo/observers";
import { QuantizationError, withDefaults } from "@octavo/spec";
import type { QParams } from "@octavo/spec";
import { fakeQuantize, tensor } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { hasObserved, loadObserver, observerTensors } from "./internal/observer-tensors.ts";
import { requireRounding } from "./internal/require-rounding.ts";

export interface FakeQuantizeOptions {
  /** Whether values are rounded to the integer grid (default); false only watches, for calibration. */
  readonly fakeQuantEnabled?: boolean;
}

/**
 * Watches a tensor through an observer and rounds it to the integers that int8 inference will use, staying in float32:
 * `y = (clamp(rne(x / scale) + zeroPoint) − zeroPoint) · scale`. The gradient passes where the integer is in range
 * (straight-through). One class for both flows: calibration has rounding switched off, training has it on.
 *
 * Equal to `torch.ao.quantization.FakeQuantize`, and its state-dict keys are torch's; one made for calibration prints
 * and saves as the observer alone, as torch has it there. Observing and rounding is one pass each over the values, which
 * is what torch's `FusedMovingAvgObsFakeQuantize` does, but with the arithmetic of `convert`.
 */
export class FakeQuantize extends Module<[x: Tensor], Tensor> implements ExtraState {
  readonly observerFactory: ObserverFactory;
  observer: Observer;
  observerEnabled = true;
  fakeQuantEnabled: boolean;
  /** Made for calibration. */
  readonly onlyWatches: boolean;
  private known: QParams | null = null;

  /** @throws QuantizationError if it is to round and the observer has no integer range, or float zero points. */
  constructor(observer: ObserverFactory, options: FakeQuantizeOptions = {}) {
    super();
    const { fakeQuantEnabled } = withDefaults("FakeQuantize", { fakeQuantEnabled: true }, options);
    this.observerFactory = observer;
    this.observer = observer.create();
    this.fakeQuantEnabled = fakeQuantEnabled;
    this.onlyWatches = !fakeQuantEnabled;
    if (fakeQuantEnabled) requireRounding(this.observer);
  }

  override forward(x: Tensor): Tensor {
    if (this.observerEnabled) this.observe(x);
    return this.fakeQuantEnabled ? this.quantize(x) : x;
  }

  /** Takes a batch into account without rounding it. @throws QuantizationError for NaN and ±∞. */
  observe(x: Tensor): void {
    this.observer.observe(x);
    this.known = null;
  }

  /** Rounds with the present qparams, without observing. @throws QuantizationError as `roundingQParams`. */
  quantize(x: Tensor): Tensor {
    const { scale, zeroPoint, axis, quantMin, quantMax } = this.roundingQParams;
    return fakeQuantize(x, scale, zeroPoint as Int32Array, { axis, quantMin, quantMax });
  }

  /**
   * What values are rounded with. Per tensor, as in torch, that is scale 1 while nothing was seen, with a warning.
   * @throws QuantizationError per channel, as long as nothing was observed, loaded or set: there is no number of channels.
   */
  get roundingQParams(): QParams {
    if (this.observer.axis === null || this.hasQParams) return this.qparams;
    throw new QuantizationError({
      where: this.observer.name,
      expected: "an observer that saw data, to round with a scale for each channel",
      got: `${this.observer} that saw nothing`,
      hint: "Run a batch before disableObserver, or load a state dict; enableObserver switches it on again.",
    });
  }

  /** What the last rounded batch used; `convert` takes these and never observes again. */
  get qparams(): QParams {
    if (this.known) return this.known;
    const qparams = this.observer.calculateQParams();
    // Defaults of an observer that saw nothing do not count as known.
    if (this.hasQParams) this.known = qparams;
    return qparams;
  }

  /** Sets the qparams by hand; they stay until something is observed. */
  set qparams(qparams: QParams) {
    this.known = qparams;
  }

  /** False as long as nothing was observed, loaded or set. */
  get hasQParams(): boolean {
    return this.known !== null || hasObserved(this.observer.stateDict());
  }

  /** One per channel, or one. */
  get scale(): Float32Array {
    return this.qparams.scale;
  }

  /** One per channel, or one. */
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

  /** @throws QuantizationError as the constructor. */
  enableFakeQuant(enabled = true): this {
    if (enabled) requireRounding(this.observer);
    this.fakeQuantEnabled = enabled;
    return this;
  }

  disableFakeQuant(): this {
    return this.enableFakeQuant(false);
  }

  /** A copy with an observer of its own. */
  override clone(copies: Copies = new Map()): this {
    const copy = cloneModule<this>(this, copies);
    copy.observer = this.observerFactory.create();
    copy.observer.name = this.observer.name;
    copy.observer.loadStateDict(this.observer.stateDict());
    return copy;
  }

  /**
   * `fake_quant_enabled`, `observer_enabled`, `scale`, `zero_point` and, below `activation_post_process`, the observer's
   * buffers; of one made for calibration the observer's buffers alone.
   */
  extraState(): StateDict {
    if (this.onlyWatches) return observerTensors(this.observer);
    const flag = (on: boolean) => tensor([Number(on)], { dtype: "uint8" });
    const { scale, zeroPoint } = this.hasQParams ? this.qparams : { scale: [1], zeroPoint: [0] };
    return new Map([
      ["fake_quant_enabled", flag(this.fakeQuantEnabled)],
      ["observer_enabled", flag(this.observerEnabled)],
      ["scale", tensor(scale)],
      ["zero_point", tensor(zeroPoint, { dtype: "int32" })],
      ...observerTensors(this.observer, observerPrefix),
    ]);
  }

  /** @throws QuantizationError or FormatError for values that do not fit. */
  loadExtraState(state: ReadonlyMap<string, Tensor>): void {
    const [scale, zeroPoint] = [state.get("scale"), state.get("zero_point")];
    if (!this.onlyWatches && scale?.numel !== zeroPoint?.numel) {
      const got = `${scale?.numel ?? 0} scales and ${zeroPoint?.numel ?? 0} zero points`;
      throw new QuantizationError({
        where: this.observer.name,
        expected: "as many scales as zero points",
        got,
      });
    }
    loadObserver(this.observer, state, this.onlyWatches ? "" : observerPrefix);
    this.known = null;
    if (this.onlyWatches) return;
    const flag = (name: string) => state.get(name)?.raw()[0];
    this.fakeQuantEnabled = Boolean(flag("fake_quant_enabled") ?? this.fakeQuantEnabled);
    this.observerEnabled = Boolean(flag("observer_enabled") ?? this.observerEnabled);
    if (!scale || !zeroPoint || !hasObserved(this.observer.stateDict())) return;
    const { dtype, qscheme, axis, quantMin, quantMax } = this.observer;
    const integers = Int32Array.from(zeroPoint.raw() as Iterable<number | bigint>, Number);
    this.known = {
      dtype,
      qscheme,
      axis,
      quantMin,
      quantMax,
      scale: scale.data.slice(),
      zeroPoint: integers,
    } as QParams;
  }

  override typeName(): string {
    return this.onlyWatches ? this.observer.className : super.typeName();
  }

  override extraRepr(): string {
    const { observer } = this;
    if (this.onlyWatches) return observer.toString().slice(observer.className.length + 1, -1);
    const { dtype, qscheme, quantMin, quantMax, axis } = observer;
    const range = `${dtype} ${quantMin}..${quantMax}, ${qscheme}${axis === null ? "" : `, axis=${axis}`}`;
    const switches = [!this.observerEnabled && "observer off", !this.fakeQuantEnabled && "rounding off"];
    return [observer, range, ...switches.filter(Boolean)].join(", ");
  }
}

const observerPrefix = "activation_post_process.";
