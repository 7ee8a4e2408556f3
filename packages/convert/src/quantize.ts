import { stepOn } from "@octavo/nn";
import type { Module } from "@octavo/nn";
import { prepare, prepareQat, prepareSettings } from "@octavo/qat";
import type { PrepareOptions } from "@octavo/qat";
import { ArgumentError } from "@octavo/spec";
import { convert } from "./convert.ts";

/**
 * Post-training quantization in one call: `prepare`, calibrate, `convert`. torch.ao.quantization.quantize.
 * @param calibrate runs representative batches through the prepared model; what it returns is awaited, no more
 * @param options `qconfig`, unless the model has one
 * @throws as `prepare`, ArgumentError for a `calibrate` that is no function, and what it throws.
 */
export async function quantize<M extends Module>(
  model: M,
  calibrate: (prepared: M) => unknown,
  options: PrepareOptions = {},
): Promise<M> {
  const where = stepOn("quantize", model);
  requireFunction(where, "calibrate", "(prepared) => { for (const x of batches) prepared(x); }", calibrate);
  const { inplace, qconfig } = prepareSettings(where, options);
  const copy = inplace ? model : (model.clone() as M);
  const prepared = prepare(copy.eval() as M, { qconfig, inplace: true });
  await calibrate(prepared);
  return convert(prepared, { inplace: true });
}

/**
 * Quantization-aware training in one call: `prepareQat`, train, `convert`. torch.ao.quantization.quantize_qat.
 * @param train trains the prepared model; what it returns is awaited, no more
 * @param options `qconfig`, unless the model has one
 * @throws as `prepareQat`, ArgumentError for a `train` that is no function, and what it throws.
 */
export async function quantizeQat<M extends Module>(
  model: M,
  train: (prepared: M) => unknown,
  options: PrepareOptions = {},
): Promise<M> {
  const where = stepOn("quantizeQat", model);
  requireFunction(where, "train", "(prepared) => { … optimizer.step(); }", train);
  const { inplace, qconfig } = prepareSettings(where, options);
  const copy = inplace ? model : (model.clone() as M);
  const prepared = prepareQat(copy.train() as M, { qconfig, inplace: true });
  await train(prepared);
  return convert(prepared, { inplace: true });
}

/** torch has lists of arguments here, so that a list of batches is what one tries. @throws ArgumentError */
function requireFunction(where: string, name: string, example: string, given: unknown): void {
  if (typeof given === "function") return;
  throw new ArgumentError({
    where,
    expected: `${name}: a function of the prepared model`,
    got: Array.isArray(given) ? "a list" : given === null ? "null" : typeof given,
    hint: `For example ${example}.`,
  });
}
