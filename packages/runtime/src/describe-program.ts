import { alignColumns } from "@octavo/spec";
import { requireProgram } from "./internal/require-program.ts";
import type { Program, ProgramOp, ProgramValue } from "@octavo/spec";

/** A program as a table: each op with its output, attributes and constants; then the bytes of the constants. @throws FormatError for what is no program. */
export function describeProgram(program: Program): string {
  requireProgram(program);
  const { values, ops, inputs, outputs, constants } = program;
  const shown = (indices: readonly number[]) => indices.map((index) => `%${index}`).join(", ");
  const rows = ops.map((op) => [
    shown(op.outputs),
    op.op,
    shown(op.inputs),
    op.outputs.map((index) => describeValue(values[index])).join(", "),
    describeSettings(op),
    op.name,
  ]);
  const starts = inputs.map((index) => [
    `%${index}`,
    "input",
    "",
    describeValue(values[index]),
    "",
    values[index].name,
  ]);
  const bytes = Object.values(constants).reduce((sum, { data }) => sum + data.byteLength, 0);
  return [
    `Program ${program.name}: ${ops.length} ops, ${Object.keys(constants).length} constants of ${bytes} bytes`,
    ...alignColumns([["", "op", "inputs", "output", "settings", "from"], ...starts, ...rows]),
    `returns ${shown(outputs)}`,
  ].join("\n");
}

function describeValue({ dtype, shape, memoryFormat, qparams }: ProgramValue): string {
  const sizes = shape.map((size) => (size === -1 ? "N" : size)).join("×");
  const order = memoryFormat === "channelsLast" ? " channelsLast" : "";
  const scale = qparams
    ? ` (scale ${Number(qparams.scale.toPrecision(4))}, zeroPoint ${qparams.zeroPoint})`
    : "";
  return `${dtype} ${sizes}${order}${scale}`;
}

function describeSettings({ attributes, constants }: ProgramOp): string {
  const settings = Object.entries(attributes).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  return [...settings, ...Object.keys(constants)].join(", ");
}
