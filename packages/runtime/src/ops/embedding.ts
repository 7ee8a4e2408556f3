import { requireRows } from "@octavo/spec";

import { expectScales } from "../internal/expect-scales.ts";
import { asIs } from "../op-definition.ts";
import type { OpDefinition } from "../op-definition.ts";
import type { Step } from "../step.ts";

/**
 * Rows of a table, chosen by indices: indices (…), int32 or int64 → y (…, width) float32, contiguous.
 *
 * Constants: `weight` float32 (rows, width); or quint8 (rows, width), with a `scale` and a `zeroPoint` for each row, both float32
 * [rows]: y = (q − zeroPoint) · scale. Attributes: `bits` 8; with 4, each byte of `weight` (rows, width / 2) is two integers, the first
 * in the low half.
 */
export const embedding: OpDefinition = {
  name: "embedding",
  version: 1,
  kernels: ["embedding"],

  check(step) {
    step.expectCounts(1);
    const [indices] = step.inputs;
    const [y] = step.outputs;
    step.expectDType(indices, "int32", "int64");
    step.expectDType(y, "float32");
    step.expectContiguous(indices);
    step.expectContiguous(y);
    const { weight, bits } = readTable(step);
    if (weight.dtype === "quint8") expectScales(step, "scale", "zeroPoint");
    const width = bits === 4 ? 2 * weight.shape[1] : weight.shape[1];
    return [[...indices.shape, width]];
  },

  checkElements(step, [indices]) {
    const [rows] = readTable(step).weight.shape;
    const where = `${step.where}, input '${step.inputs[0].name}'`;
    requireRows(indices as Int32Array | BigInt64Array, rows, where);
  },

  prepare(step) {
    const { weight, rowParameters } = readTable(step);
    const parameters = Object.entries(rowParameters).map(([role, { data }]) => [role, asIs(data)] as const);
    return { weight: asIs(weight.data), ...Object.fromEntries(parameters) };
  },

  bind(step, { inputs, outputs, constants }, kernels) {
    const [indices] = inputs as (Int32Array | BigInt64Array)[];
    const [y] = outputs as Float32Array[];
    const { weight, scale = null, zeroPoint = null } = constants as TableConstants;
    const { bits } = readTable(step);
    return () => kernels.embedding(weight, scale, zeroPoint, indices, y, bits);
  },
};

type TableConstants = { weight: Float32Array | Uint8Array; scale?: Float32Array; zeroPoint?: Float32Array };

function readTable(step: Step) {
  const weight = step.constant("weight", ["float32", "quint8"]);
  if (weight.shape.length !== 2) step.fail("a weight (rows, width)", `[${weight.shape}]`);
  if (weight.dtype === "float32") return { weight, bits: 32, rowParameters: {} };
  const bits = step.integer("bits", 4, 8);
  if (bits !== 4 && bits !== 8) step.fail("attribute bits: 4 or 8", bits);
  const parameter = (role: string) => step.constant(role, ["float32"], [weight.shape[0]]);
  return { weight, bits, rowParameters: { scale: parameter("scale"), zeroPoint: parameter("zeroPoint") } };
}
