import type { Module } from "@octavo/nn";
import { prepare, prepareQat } from "@octavo/qat";
import type { PrepareOptions } from "@octavo/qat";
import { convert } from "./convert.ts";

/**
 * Post-training quantization in one call: `prepare`, calibrate, `convert`. torch.ao.quantization.quantize.
 * @param calibrate runs representative batches through the prepared model
 */
export async function quantize<M extends Module>(
  model: M,
  calibrate: (prepared: M) => void | Promise<void>,
  options: PrepareOptions = {},
): Promise<M> {
  const prepared = prepare(options.inplace ? model : (model.clone() as M), { ...options, inplace: true });
  prepared.eval();
  await calibrate(prepared);
  return convert(prepared, { inplace: true });
}

/**
 * Quantization-aware training in one call: `prepareQat`, train, `convert`. torch.ao.quantization.quantize_qat.
 * @param train trains the prepared model
 */
export async function quantizeQat<M extends Module>(
  model: M,
  train: (prepared: M) => void | Promise<void>,
  options: PrepareOptions = {},
): Promise<M> {
  const copy = options.inplace ? model : (model.clone() as M);
  const prepared = prepareQat(copy.train() as M, { ...options, inplace: true });
  await train(prepared);
  return convert(prepared, { inplace: true });
}
