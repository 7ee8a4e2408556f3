import { Parameter } from "../parameter.ts";

/** Parameters of one layer in one direction, in torch's order. */
export function recurrentParameters(
  gates: number,
  features: number,
  hidden: number,
  bias: boolean,
): Record<string, Parameter> {
  const rows = gates * hidden;
  return {
    weightIh: new Parameter({ shape: [rows, features] }),
    weightHh: new Parameter({ shape: [rows, hidden] }),
    ...(bias ? { biasIh: new Parameter({ shape: [rows] }), biasHh: new Parameter({ shape: [rows] }) } : {}),
  };
}
