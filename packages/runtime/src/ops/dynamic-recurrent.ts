import { BinaryOp, broadcast, region } from "@octavo/spec";
import { DynamicWeight, largestInput } from "../internal/dynamic-weight.ts";
import { linearShape } from "../internal/linear-geometry.ts";
import { recurrentCells, recurrentKinds, RecurrentMath } from "../internal/recurrent-cells.ts";
import type { RecurrentSizes } from "../internal/recurrent-cells.ts";
import { asIs } from "../op-definition.ts";
import type { OpDefinition } from "../op-definition.ts";
import type { Step } from "../step.ts";

/**
 * A recurrent layer in one direction with 8-bit weights on float32: the input, all times at once, and each step's hidden state are
 * quantized by their own range, as in `dynamicLinear`; gates are float. At most 32768 times.
 *
 * Values: x (N, T, I), then, unless they are zero, the hidden state and the cell state before, (N, H) → y (N, T, H), or (N, T + 1, H) for `lstm`,
 * whose last cell state comes behind the hidden ones; float32, contiguous. Constants: `weightIh` qint8 (gates · H, I) and `weightHh`
 * (gates · H, H), their scales `weightIhScale`, `weightHhScale`, [1] or one per row, `biasIh` and `biasHh` float32. Attributes: `kind`, one of
 * lstm, gru, rnnTanh, rnnRelu; `reverse` false: from the last time to the first; `reduceRange` false.
 */
export const dynamicRecurrent: OpDefinition = {
  name: "dynamicRecurrent",
  version: 1,
  kernels: ["dynamicConv", "binary", "unary"],

  check(step) {
    for (const value of [...step.inputs, ...step.outputs]) {
      step.expectDType(value, "float32");
      step.expectContiguous(value);
    }
    const { cell, x, batch, time, hidden, gates } = read(step);
    const states = cell.hasCell ? 2 : 1;
    step.expectCounts(step.inputs.length === 1 ? 1 : 1 + states);
    for (const { name, shape } of step.inputs.slice(1)) {
      if (shape.join() !== `${batch},${hidden}`)
        step.fail(`'${name}' of shape [${[batch, hidden]}]`, `[${shape}]`);
    }
    new DynamicWeight(step, "Ih").check([gates * hidden, x.shape[2]]);
    new DynamicWeight(step, "Hh").check([gates * hidden, hidden]);
    step.boolean("reverse", false);
    largestInput(step);
    return [[batch, cell.hasCell ? time + 1 : time, hidden]];
  },

  prepare: (step) => ({
    ...new DynamicWeight(step, "Ih").prepare(),
    ...new DynamicWeight(step, "Hh").prepare(),
    zero: asIs(Float32Array.of(0)),
  }),

  scratchBytes: (step) => 4 * Object.values(lengths(read(step))).reduce((sum, length) => sum + length, 0),

  bind(step, { inputs, outputs: [output], constants, scratch }, kernels) {
    const sizes = read(step);
    const { cell, x, batch, time, hidden, gates } = sizes;
    const [input, ...initial] = inputs as Float32Array[];
    const y = output as Float32Array;
    const room = split(scratch, lengths(sizes));
    const quantMax = largestInput(step);
    const ofInput = new DynamicWeight(step, "Ih").read(constants);
    const ofHidden = new DynamicWeight(step, "Hh").read(constants);
    const rows = gates * hidden;
    const allTimes = linearShape(batch * time, x.shape[2], rows);
    const oneTime = linearShape(batch, hidden, rows);
    const math = new RecurrentMath(kernels, sizes);
    const times = Array.from({ length: time }, (_, t) => t);
    if (step.boolean("reverse", false)) times.reverse();
    const slots = y.length / (batch * hidden);
    const intoSlot = (slot: number) =>
      region({
        fromOffset: 0,
        toOffset: slot * hidden,
        sizes: [batch, hidden],
        fromStrides: [hidden, 1],
        toStrides: [slots * hidden, 1],
      });
    const [size, zero] = [batch * hidden, constants.zero as Float32Array];
    const repeated = broadcast({ sizes: [size], aStrides: [0], bStrides: [0] });
    const whole = region({ fromOffset: 0, toOffset: 0, sizes: [size], fromStrides: [1], toStrides: [1] });
    const start = (state: Float32Array, given: Float32Array | undefined) => {
      if (given) kernels.copyRegion(given, state, whole);
      else kernels.binary(BinaryOp.add, zero, zero, state, repeated);
    };
    return () => {
      start(room.h, initial[0]);
      if (cell.hasCell) start(room.c, initial[1]);
      kernels.dynamicConv(input, ...ofInput, room.fromInput, allTimes, quantMax);
      for (const t of times) {
        kernels.dynamicConv(room.h, ...ofHidden, room.fromHidden, oneTime, quantMax);
        cell.step(math, { ...room, fromInput: room.fromInput.subarray(t * rows) });
        kernels.copyRegion(room.h, y, intoSlot(t));
      }
      if (cell.hasCell) kernels.copyRegion(room.c, y, intoSlot(time));
    };
  },
};

/** Each time is a dozen recorded calls. */
const mostTimes = 2 ** 15;

function read(step: Step) {
  const cell = recurrentCells[step.choice("kind", recurrentKinds)];
  const [x] = step.inputs;
  if (!x) step.fail("an input", "none");
  step.expectRank(x, 3, 3);
  const [batch, time] = x.shape;
  if (time > mostTimes) step.fail(`at most ${mostTimes} times`, time);
  const { shape } = step.constant("weightHh", ["qint8"]);
  return { cell, x, batch, time, hidden: shape[1], gates: cell.gates };
}

/** Elements of the working arrays. */
function lengths({ batch, time, hidden, gates }: RecurrentSizes) {
  const size = batch * hidden;
  const allGates = gates * size;
  return { fromInput: time * allGates, fromHidden: allGates, planes: allGates, h: size, c: size, room: size };
}

type Names = keyof ReturnType<typeof lengths>;

function split(scratch: Uint8Array, parts: Readonly<Record<Names, number>>): Record<Names, Float32Array> {
  let offset = scratch.byteOffset;
  const views = Object.entries(parts).map(([name, length]) => {
    const view = new Float32Array(scratch.buffer, offset, length);
    offset += view.byteLength;
    return [name, view] as const;
  });
  return Object.fromEntries(views) as Record<Names, Float32Array>;
}
