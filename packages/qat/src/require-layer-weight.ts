import type { FakeQuantizeFactory } from "@octavo/fake-quant";
import { QuantizationError, qschemes } from "@octavo/spec";

/**
 * Kernels of convolutions and linear layers have weights of qint8 with integer zero points; torch's modules too, which find out in
 * `convert`. @throws QuantizationError for others.
 */
export function requireLayerWeight(where: string, weight: FakeQuantizeFactory): void {
  const { dtype, qscheme } = weight.observer.create();
  const { floatZeroPoint } = qschemes[qscheme];
  if (dtype === "qint8" && !floatZeroPoint) return;
  throw new QuantizationError({
    where,
    expected: `a qconfig whose weights are qint8${floatZeroPoint ? " with integer zero points" : ""}`,
    got: `${weight}, which makes ${dtype}${floatZeroPoint ? `, ${qscheme}` : ""}`,
    hint: "defaultPerChannelWeightObserver and defaultWeightObserver are such. Null keeps the weight float; other dtypes are for embeddings.",
  });
}
