import type { Observer } from "@octavo/observers";
import { QuantizationError } from "@octavo/spec";

/** @throws QuantizationError for observers whose qparams values cannot be rounded with. */
export function requireRounding(observer: Observer): void {
  const { quantMin, quantMax, qscheme, name: where } = observer;
  const hint = "Use MinMaxObserver or another that measures a range, or only watch: fakeQuantEnabled false.";
  if (quantMin === null || quantMax === null) {
    const got = `${observer.className} without one`;
    throw new QuantizationError({ where, expected: "an observer with an integer range", got, hint });
  }
  if (qscheme === "perChannelAffineFloatQParams") {
    throw new QuantizationError({ where, expected: "integer zero points", got: `qscheme ${qscheme}`, hint });
  }
}
