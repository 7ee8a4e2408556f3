import { QuantizationError } from "@octavo/spec";

/** There are qconfigs, and nothing that they could quantize. @param names of the classes and functions that have one. */
export function nothingToObserve(where: string, names: Iterable<string>): QuantizationError {
  return new QuantizationError({
    where,
    expected: "a layer, stub or activation whose range can be observed, among what has a qconfig",
    got: [...new Set(names)].join(", "),
    hint:
      "What convert made is quantized already: keep the float model to prepare it again. Recurrent layers get integer weights from " +
      "quantizeDynamic. Attention stays float; pooling, resampling and what else keeps its input's range needs a quantized input.",
  });
}
