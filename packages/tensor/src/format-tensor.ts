import { describeQParams } from "@octavo/spec";
import type { Tensor } from "./tensor.ts";

const edgeItems = 3;
const summariseAbove = 1000;

/** `tensor([[1, 2], [3, 4]], shape=[2, 2])`, long axes shortened as numpy and torch do. */
export function formatTensor(x: Tensor): string {
  if (x.storage.released) return `tensor(<released>, shape=[${x.shape.join(", ")}])`;
  const values = x.toArray();
  const shorten = x.numel > summariseAbove;
  const write = (axis: number, start: number, stride: number, indent: string): string => {
    if (axis === x.rank) return formatNumber(Number(values[start]));
    const size = x.shape[axis];
    const inner = stride / size;
    const item = (i: number) => write(axis + 1, start + i * inner, inner, `${indent} `);
    const all = Array.from({ length: size }, (_, i) => i);
    const shown =
      shorten && size > 2 * edgeItems
        ? [...all.slice(0, edgeItems).map(item), "…", ...all.slice(-edgeItems).map(item)]
        : all.map(item);
    return `[${shown.join(axis === x.rank - 1 ? ", " : `,\n${indent} `)}]`;
  };
  const notes = [`shape=[${x.shape.join(", ")}]`];
  if (x.dtype !== "float32") notes.push(`dtype=${x.dtype}`);
  if (x.qparams) notes.push(`integers of ${describeQParams(x.qparams)}`);
  if (x.requiresGrad) notes.push(x.node ? `gradient of ${x.node.op.name}` : "requiresGrad=true");
  return `tensor(${write(0, 0, x.numel, " ".repeat(7))}, ${notes.join(", ")})`;
}

function formatNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(5)));
}
