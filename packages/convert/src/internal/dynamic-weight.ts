import type { QConfig } from "@octavo/qat";
import { QuantizationError } from "@octavo/spec";
import type { QParams } from "@octavo/spec";
import { noGrad } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { quantizeWeight } from "./quantize-weight.ts";

/**
 * The weight of a layer that quantizes its inputs anew in each call, (outputs, inputs), as integers with their qparams.
 * @throws QuantizationError for a qconfig whose weights are not qint8 and symmetric.
 */
export function dynamicWeight(weight: Tensor, { weight: factory }: QConfig): Tensor {
  const quantizer = factory?.along(0).create();
  noGrad(() => quantizer?.observe(weight));
  const qparams = quantizer?.qparams as QParams | undefined;
  if (qparams?.dtype === "qint8" && qparams.zeroPoint.every((zero) => zero === 0))
    return quantizeWeight(weight, qparams);
  throw new QuantizationError({
    where: "quantizeDynamic",
    expected: "a qconfig whose weights are qint8, symmetric",
    got: String(factory),
    hint: "getDefaultQConfig() and defaultDynamicQConfig have such.",
  });
}
