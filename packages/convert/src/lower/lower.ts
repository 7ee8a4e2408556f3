import { repeatedTo } from "@octavo/graph";
import { GRUCell, LSTMCell, MultiheadAttention, Recurrent, RNNCell, stepOn } from "@octavo/nn";
import type { Module } from "@octavo/nn";
import { activationQuantizerOf } from "@octavo/qat";
import { checkProgram, fuseOps } from "@octavo/runtime";
import { QuantizationError, withDefaults } from "@octavo/spec";
import type { Program, ProgramValue } from "@octavo/spec";
import type { Tensor } from "@octavo/tensor";
import { activationQParams } from "../internal/program-value.ts";
import { clampingTable } from "./clamping-table.ts";
import { ComparedRuns } from "./compared-runs.ts";
import { namedInputs } from "./named-inputs.ts";
import type { ExampleInputs } from "./named-inputs.ts";
import { ProgramBuilder } from "./program-builder.ts";
import { recordRun } from "./recorder.ts";
import type { Run } from "./recorder.ts";

export interface LowerOptions {
  /** Name of the program. Default: the model's class. */
  readonly name?: string;
}

/**
 * Writes a model down as a `Program` for `@octavo/runtime`: a flat list of ops with their constants. Usually a converted
 * model, whose parts then run on integers; a float model, or a mixed one, works the same. Both give the model's own bits.
 *
 * The model runs twice, with a larger batch the second time: sizes that follow the batch stay open in the program. What depends
 * on no input becomes a constant; what does is read by ops alone.
 *
 * One input is called `input`; several are by the keys of `exampleInputs`, or else as forward's parameters in its source (not in one
 * that a minifier made), or `input0`, `input1`, … where those have no names. Outputs: `output`, `output0`, …, or the keys of an object.
 *
 * @param exampleInputs a tensor, or all arguments of forward, as a list or by names for the program; their first axis is the batch.
 * @throws QuantizationError for a prepared model, for an op that the runtime does not have, and for values read by `item()`,
 *   `data` or `toArray()`, naming the module. @throws ShapeError where another axis than the first follows the batch.
 * @throws ArgumentError for example inputs that are no tensors, for integers as names of several (an object does not keep their
 *   order), and for options that there are not.
 */
export function lower(model: Module, exampleInputs: ExampleInputs, options: LowerOptions = {}): Program {
  const { name } = withDefaults(stepOn("lower", model), { name: model.typeName() }, options);
  const named = namedInputs(`lower of ${name}`, model, exampleInputs);
  const inputs = named.map(([, x]) => x);
  requireConverted(name, model);
  requireLayersOfPrograms(name, model);
  const flags = [...model.modules()].map((module) => [module, module.training] as const);
  model.eval();
  try {
    const run = recordRun(model, inputs);
    const names = named.map(([inputName]) => inputName);
    const written = write(name, names, run, new ComparedRuns(name, run, otherRun(name, model, inputs)));
    checkProgram(written);
    return withoutUnread(fuseOps(written, [clampingTable]));
  } finally {
    for (const [module, training] of flags) module.training = training;
  }
}

/** A prepared model would watch the example inputs as if they were data. @throws QuantizationError */
function requireConverted(name: string, model: Module): void {
  for (const [path, module] of model.namedModules()) {
    if (!activationQuantizerOf(module)) continue;
    throw new QuantizationError({
      where: `lower of ${name}`,
      expected: "a converted model, or a float one",
      got: `a prepared one, with an observer on ${path || "the model itself"}`,
      hint: "Call convert first.",
    });
  }
}

/** Layers whose ops programs do not have, and what to do about each. */
const missing = [
  {
    types: [Recurrent, LSTMCell, GRUCell, RNNCell],
    what: "a recurrent layer of floats",
    hint: "quantizeDynamic gives it 8-bit weights; or keep it outside of the lowered model.",
  },
  { types: [MultiheadAttention], what: "attention", hint: "Keep it outside of the lowered model." },
];

/** @throws QuantizationError */
function requireLayersOfPrograms(name: string, model: Module): void {
  for (const [path, module] of model.namedModules()) {
    const found = missing.find(({ types }) => types.some((type) => module instanceof type));
    if (!found) continue;
    throw new QuantizationError({
      where: `lower of ${name}`,
      expected: "layers that programs have",
      got: `${path || "the model itself"} (${module.typeName()}), ${found.what}`,
      hint: found.hint,
    });
  }
}

/** @throws QuantizationError for a model that takes its own batch size only. */
function otherRun(name: string, model: Module, inputs: readonly Tensor[]): Run {
  try {
    return recordRun(
      model,
      inputs.map((x) => repeatedTo(x, 0, x.shape[0] + 1)),
    );
  } catch (cause) {
    throw new QuantizationError({
      where: `lower of ${name}`,
      expected: "a model that runs with every batch size",
      got: `for one example more, ${(cause as Error).message.split(/\.?(?:\n|$)/)[0]}`,
      hint: "The first axis of each input is the batch: forward must take it as it comes, by -1 or x.shape[0].",
      cause,
    });
  }
}

function write(name: string, inputs: readonly string[], run: Run, runs: ComparedRuns): Program {
  const builder = new ProgramBuilder();
  const indices = new Map<Tensor, number>();
  const info = (x: Tensor): Pick<ProgramValue, "dtype" | "shape" | "qparams"> => ({
    dtype: x.dtype,
    shape: runs.shapeOf(x),
    ...(x.qparams && { qparams: activationQParams(x.qparams) }),
  });
  run.inputs.forEach((x, i) => indices.set(x, builder.addInput(inputs[i], info(x))));
  for (const { record, lowered } of runs.records) {
    const { output, path, op } = record;
    const from = lowered.inputs.map((x) => indices.get(x)!);
    const named = op.name === "programOp" ? lowered.op : op.name; // a function of the model itself, which has no path
    indices.set(output, builder.add(path || named, lowered, from, info(output)));
  }
  for (const [outputName, x] of run.outputs) {
    if (!runs.isActivation(x)) throw constantOutput(name, outputName, x);
    builder.addOutput(outputName, indices.get(x)!);
  }
  return builder.build(name);
}

/** Without the constants of ops that became parts of others. */
function withoutUnread(program: Program): Program {
  const read = new Set(program.ops.flatMap(({ constants }) => Object.values(constants)));
  const constants = Object.entries(program.constants).filter(([name]) => read.has(name));
  return { ...program, constants: Object.fromEntries(constants) };
}

function constantOutput(name: string, output: string, x: Tensor): QuantizationError {
  return new QuantizationError({
    where: `lower of ${name}: ${output}`,
    expected: "a tensor computed from the inputs",
    got: `one that does not depend on them, ${x.describe()}`,
  });
}
