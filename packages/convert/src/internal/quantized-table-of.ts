import { Embedding, EmbeddingBag } from "@octavo/nn";
import type { Module } from "@octavo/nn";
import type { QConfig } from "@octavo/qat";
import { QuantizationError } from "@octavo/spec";
import type { QParams } from "@octavo/spec";
import { noGrad } from "@octavo/tensor";
import { QuantizedEmbeddingBag } from "../modules/quantized-embedding-bag.ts";
import { QuantizedEmbedding } from "../modules/quantized-embedding.ts";

export type EmbeddingLayer = Embedding | EmbeddingBag;

/** Whether it is an embedding with torch's own forward, not a subclass that does something else. */
export function isTable(module: Module): module is EmbeddingLayer {
  return [Embedding, EmbeddingBag].some(({ prototype }) => module.forward === prototype.forward);
}

/**
 * The quantized form of an embedding; its table is observed here.
 * @throws QuantizationError for a qconfig without float qparams per row, and for an odd width with 4 bits.
 */
export function quantizedTable(layer: EmbeddingLayer, { weight }: QConfig): Module {
  const quantizer = weight?.create();
  noGrad(() => quantizer?.observe(layer.weight));
  const qparams = quantizer?.qparams as QParams | undefined;
  if (qparams?.qscheme !== "perChannelAffineFloatQParams" || qparams.axis !== 0) {
    throw new QuantizationError({
      where: layer.typeName(),
      expected: "a qconfig whose weights have a scale and a float zero point for each row",
      got: String(weight),
      hint: "floatQParamsWeightOnlyQConfig and floatQParamsWeightOnlyQConfig4Bit are those.",
    });
  }
  return layer instanceof EmbeddingBag
    ? new QuantizedEmbeddingBag(layer, qparams)
    : new QuantizedEmbedding(layer, qparams);
}
