import { ArgumentError } from "@octavo/spec";
import type { Tensor } from "@octavo/tensor";
import { mapArgument } from "../argument.ts";
import { Node } from "../node.ts";
import { placeOf } from "./place-of.ts";
import type { Recorder } from "./recorder.ts";

/** Of nodes, which leaves of their arguments, counted in order, follow a size. */
export type Followers = ReadonlyMap<Node, ReadonlySet<number>>;

/**
 * Compares other runs with the first one as it is now: they have to take the same steps.
 * @returns what finds the numbers that were `before` in the first run and are `after` in another.
 * @throws ArgumentError for any other difference, naming the step.
 */
export function comparerOf(first: Recorder): (second: Recorder, before: number, after: number) => Followers {
  const nodes = first.graph.nodes.map((node) => [node, leavesOf([node.args, node.kwargs])] as const);
  return (second, before, after) => {
    const others = second.graph.nodes;
    const followers = nodes.map(([node, leaves], i) => {
      const other = others[i];
      if (!other || other.op !== node.op || other.targetName !== node.targetName)
        throw otherPath(node, other);
      if (node.op === "getAttr") requireSameConstant(node, first.targets, second.targets);
      const twins = leavesOf([other.args, other.kwargs]);
      if (leaves.length !== twins.length) throw changed(node, `${leaves.length} arguments`, twins.length);
      const follows = new Set<number>();
      leaves.forEach((leaf, at) => {
        if (leaf === before && twins[at] === after) follows.add(at);
        else if (!isSame(leaf, twins[at])) throw changed(node, leaf, twins[at]);
      });
      return [node, follows] as const;
    });
    if (others.length > nodes.length) throw otherPath(first.graph.output, others.at(-1));
    return new Map(followers.filter(([, leaves]) => leaves.size > 0));
  };
}

function leavesOf(argument: unknown): unknown[] {
  const leaves: unknown[] = [];
  mapArgument(argument, (leaf) => leaves.push(leaf));
  return leaves;
}

function isSame(a: unknown, b: unknown): boolean {
  if (a instanceof Node) return b instanceof Node && a.name === b.name;
  if (typeof a !== "object" || a === null) return Object.is(a, b);
  if (ArrayBuffer.isView(a) && ArrayBuffer.isView(b)) return String(a) === String(b);
  return true;
}

/** A tensor that forward makes anew on each call must hold the same values for all inputs. */
function requireSameConstant(node: Node, first: Recorder["targets"], second: Recorder["targets"]): void {
  const [a, b] = [first[node.targetName], second[node.targetName]] as Tensor[];
  if (a === b || (a.shape.join() === b.shape.join() && String(a.raw()) === String(b.raw()))) return;
  throw new ArgumentError({
    where: `trace: ${[...node.users].map(placeOf).join(", ")}`,
    expected: "operands that come from the inputs by operations on tensors, or are constant",
    got: `a tensor [${a.shape}] made inside forward that changes with the inputs`,
    hint: "What is made anew for each batch cannot be followed: where it only has to be as wide, make it of size 1; leave out states of zeros; or put it into a module of its own with static isLeafModule = true.",
  });
}

function otherPath(node: Node, other: Node | undefined): ArgumentError {
  return new ArgumentError({
    where: `trace: ${placeOf(node)}`,
    expected: "forward to do the same for all inputs",
    got: `${node.targetName} for the example inputs, ${other?.targetName ?? "nothing"} for others like them`,
    hint: "A branch that depends on the batch size cannot be traced: put it into a module of its own with static isLeafModule = true.",
  });
}

function changed(node: Node, value: unknown, twin: unknown): ArgumentError {
  return new ArgumentError({
    where: `trace: ${placeOf(node)}`,
    expected: "arguments that are the same for all inputs, or the batch size",
    got: `${String(value)} for the example inputs and ${String(twin)} for others like them`,
    hint: "Numbers computed from values or from the batch size become constants: use -1 or flatten where a size is free.",
  });
}
