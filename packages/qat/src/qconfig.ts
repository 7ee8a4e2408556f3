import { FakeQuantize, observeWith } from "@octavo/fake-quant";
import type { FakeQuantizeFactory } from "@octavo/fake-quant";
import type { ObserverFactory } from "@octavo/observers";
import { ArgumentError, qschemes } from "@octavo/spec";

/** How a converted layer turns accumulators into outputs; see docs/numerics.md. */
export type Requantization = "float" | "qnnpack";

/** How one module is quantized. Frozen data; torch's QConfig. Null activation or weight: that part stays float. */
export interface QConfig {
  readonly activation: FakeQuantizeFactory | null;
  readonly weight: FakeQuantizeFactory | null;
  /** `qnnpack`: bias in int32 and additions in fixed point, for bit-equality with that engine. Default `float`. */
  readonly requantization: Requantization;
  /** Clamp converted outputs at the dtype's range instead of the range trained with, as torch's engines do. */
  readonly torchCompat: boolean;
  toString(): string;
}

type Quantizer = FakeQuantizeFactory | ObserverFactory | null;

export interface QConfigParts {
  /** A fake-quantizer for training, or an observer for calibration. */
  readonly activation: Quantizer;
  readonly weight: Quantizer;
  readonly requantization?: Requantization;
  readonly torchCompat?: boolean;
}

/**
 * Makes a QConfig: `QConfig({ activation: MinMaxObserver.withArgs({ dtype: "quint8" }), weight: … })`.
 * @throws ArgumentError for an observer or quantizer itself, which every module would share, and for activations per channel.
 */
export function QConfig(parts: QConfigParts): QConfig {
  const { requantization = "float", torchCompat = false } = parts;
  const activation = quantizer("activation", parts.activation);
  requirePerTensor("QConfig activation", activation);
  const weight = quantizer("weight", parts.weight);
  const toString = () => `QConfig(activation=${activation}, weight=${weight})`;
  return Object.freeze({ activation, weight, requantization, torchCompat, toString });
}

function quantizer(role: string, given: Quantizer): FakeQuantizeFactory | null {
  if (given === null) return null;
  if (!(given instanceof FakeQuantize) && typeof given?.create === "function") {
    return "observer" in given ? given : observeWith(given);
  }
  throw new ArgumentError({
    where: `QConfig ${role}`,
    expected: "a recipe for observers or quantizers, or null",
    got: typeof given === "function" ? `the class ${(given as { name: string }).name}` : `${given}`,
    hint: "Give MinMaxObserver.withArgs({ … }), or fakeQuantizeWith(…) of it, instead of an instance or the class.",
  });
}

/** One scale and zero point for all of an activation is what kernels and programs have. @throws ArgumentError */
function requirePerTensor(where: string, activation: FakeQuantizeFactory | null): void {
  const qscheme = activation?.observer.create().qscheme;
  if (!qscheme || !qschemes[qscheme].perChannel) return;
  throw new ArgumentError({
    where,
    expected: "an observer with one scale: activations are quantized per tensor",
    got: `${activation}, which is ${qscheme}`,
    hint: "Observers per channel are for weights; MinMaxObserver, MovingAverageMinMaxObserver and HistogramObserver are per tensor.",
  });
}

/** @throws ArgumentError for anything else than a QConfig, or null for float, and for activations per channel. */
export function requireQConfig(where: string, given: unknown): void {
  if (given === null) return;
  if (typeof given === "object" && "activation" in given && "weight" in given) {
    return requirePerTensor(where, (given as QConfig).activation);
  }
  throw new ArgumentError({
    where,
    expected: "a QConfig, or null for float",
    got: typeof given === "string" ? `"${given}"` : typeof given,
    hint: "getDefaultQConfig(engine) makes one for calibration, getDefaultQatQConfig(engine) for training.",
  });
}

/** Whether two modules would be quantized alike. */
export function sameQConfig(a: QConfig | null, b: QConfig | null): boolean {
  if (a === null || b === null) return a === b;
  const same = (x: FakeQuantizeFactory | null, y: FakeQuantizeFactory | null) =>
    x === null || y === null ? x === y : x.equals(y);
  return (
    same(a.activation, b.activation) &&
    same(a.weight, b.weight) &&
    a.requantization === b.requantization &&
    a.torchCompat === b.torchCompat
  );
}
