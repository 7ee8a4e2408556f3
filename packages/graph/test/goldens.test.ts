import { describe, expect, it } from "vitest";
import { goldens } from "@octavo/testing";
import type { GoldenCase } from "@octavo/testing";
import { noGrad, tensor } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { nodesIn, trace } from "../src/index.ts";
import { opcodes } from "../src/node.ts";
import type { Node } from "../src/index.ts";
import { nets } from "./nets.ts";

interface Row {
  op: string;
  name: string;
  target: string;
  args: unknown;
  kwargs: unknown;
}

const group = goldens("fx");

/** Names of the nodes in a golden's arguments. */
function namesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(namesIn);
  if (value === null || typeof value !== "object") return [];
  return "n" in value ? [value.n as string] : Object.values(value).flatMap(namesIn);
}

/** What both sides say of a node: torch's methods and operators are functions here, without the module they live in. */
function rowOf({ op, name, target, args, kwargs }: Row): string {
  const kind = op === "call_method" ? "call_function" : op;
  const place = kind === "call_function" ? target.replace(/^.*\./, "") : target;
  return `${kind} ${name} ${place} (${namesIn([args, kwargs]).join(", ")})`;
}

function ours(node: Node): string {
  const place = node.op === "callFunction" ? node.targetName.replace(/Scalar$/, "") : node.targetName;
  const snake = place.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return `${opcodes[node.op]} ${node.name} ${snake} (${nodesIn([node.args, node.kwargs]).join(", ")})`;
}

/** Where Octavo's graph differs on purpose, as [torch's rows, ours]. */
const differences: Record<string, [RegExp, string][]> = {
  // Functional calls with weights become modules, so nothing reads the weights.
  functional: [
    [/^get_attr .*/, ""],
    [/^call_function conv2d conv2d .*/, "call_module conv2d conv2d (x)"],
    [/^call_function linear linear .*/, "call_module linear linear (flatten)"],
  ],
  // The batch size is read once, from the input.
  pool: [
    [/^call_function getattr_1 .*/, ""],
    [/^call_function getitem .*/, ""],
    [/^(placeholder .*)/, "$1|call_function size size (x)"],
    [/^(call_function reshape reshape) .*/, "$1 (avg, size)"],
  ],
};

function expected(name: string, row: GoldenCase): string[] {
  const { nodes } = row.tables.traced as unknown as { nodes: Row[] };
  return nodes.map(rowOf).flatMap((line) => {
    const found = differences[name]?.find(([pattern]) => pattern.test(line));
    return (found ? line.replace(found[0], found[1]) : line).split("|").filter(Boolean);
  });
}

function inputOf(row: GoldenCase): Tensor {
  const { data, shape } = row.input("x");
  return tensor(data as Float32Array, shape);
}

describe.skipIf(group.absent)(group.title, () => {
  it.each(Object.keys(nets))("%s: names, targets and wiring are torch's", (name) => {
    const [row] = group.select(`${name}/native/fbgemm`);
    const model = nets[name]();
    const weights = Object.keys(row.inputs).filter((key) => key.startsWith("float."));
    model.loadStateDict(
      new Map(
        weights
          .filter((key) => !key.endsWith("num_batches_tracked"))
          .map((key) => [key.slice("float.".length), tensor(row.floats(key), row.input(key).shape)]),
      ),
      { strict: false },
    );
    const traced = trace(model.eval(), inputOf(row));
    expect(traced.graph.nodes.map(ours)).toEqual(expected(name, row));
    const results = noGrad(() => [traced(inputOf(row))].flat() as Tensor[]);
    results.forEach((y, i) => {
      const values = row.floats(results.length > 1 ? `float.y.${i}` : "float.y");
      const largest = Math.max(...values.map(Math.abs));
      y.toArray().forEach((value, j) =>
        expect(Math.abs(Number(value) - values[j])).toBeLessThan(1e-5 * largest),
      );
    });
  });
});
