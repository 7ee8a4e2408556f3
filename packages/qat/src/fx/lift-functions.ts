import type { FusionGroup } from "@octavo/fusion";
import { Node } from "@octavo/graph";
import type { Argument, GraphModule } from "@octavo/graph";
import { ELU, GELU, Hardsigmoid, Hardswish, LeakyReLU, Mish, Sigmoid, SiLU, Tanh } from "@octavo/nn";
import type { Module } from "@octavo/nn";
import { FloatFunctional } from "../float-functional.ts";
import { movesElements } from "./follows-input.ts";
import { freePath } from "./free-path.ts";
import type { NodeQConfigs } from "./node-qconfigs.ts";

/** Arguments of the FloatFunctional that does what a function did; null where integers cannot. */
type Arguments = (node: Node) => readonly Argument[] | null;

/** One of them may be a parameter, buffer or constant, which gets an observer too, as in torch's graphs. */
const ofActivations =
  (operation: string): Arguments =>
  ({ args: [a, b] }) =>
    isFloat(a) && isFloat(b) && (isActivation(a) || isActivation(b)) ? [operation, a, b] : null;

const withNumber =
  (operation: string): Arguments =>
  ({ args: [x], kwargs: { value } }) => [operation, x, value];

const operations: Readonly<Record<string, Arguments>> = {
  add: ofActivations("add"),
  mul: ofActivations("mul"),
  addScalar: withNumber("addScalar"),
  mulScalar: withNumber("mulScalar"),
  cat: ({ args, kwargs: { dim } }) => ["cat", args, dim],
  matmul: ({ args: [a, b], kwargs }) => (kwargs.transposeA || kwargs.transposeB ? null : ["matmul", a, b]),
};

/** Functions whose result has a range of its own, as modules with the same options. */
const activations: Readonly<Record<string, (options: never) => Module>> = {
  elu: ({ alpha }: { alpha: number }) => new ELU(alpha),
  gelu: () => new GELU(),
  geluTanh: () => new GELU({ approximate: "tanh" }),
  hardsigmoid: () => new Hardsigmoid(),
  hardswish: () => new Hardswish(),
  leakyRelu: ({ negativeSlope }: { negativeSlope: number }) => new LeakyReLU(negativeSlope),
  mish: () => new Mish(),
  sigmoid: () => new Sigmoid(),
  silu: () => new SiLU(),
  tanh: () => new Tanh(),
};

/**
 * Turns functions between activations (`add(x, y)`, `sigmoid(x)`) into modules, in place, so that their results can be
 * observed and quantized. Those with a null qconfig stay, and so do those of constants that are not finite (attention masks), which
 * have no range. A relu right after an addition becomes part of it.
 */
export function liftFunctions(
  model: GraphModule,
  qconfigs: NodeQConfigs,
  groups: readonly FusionGroup[],
): void {
  for (const node of [...model.graph.nodes]) {
    if (node.op !== "callFunction" || !qconfigs.get(node)) continue;
    if (!node.inputs.every((input) => hasRange(model, input))) continue;
    const args = operations[node.targetName]?.(node) ?? null;
    const activation = activations[node.targetName];
    if (args) {
      const lifted = replace(model, node, new FloatFunctional(), args, qconfigs);
      const group = groups.find(({ nodes }) => nodes[0] === node && node.calls("add"));
      if (group) absorbRelu(model, lifted, group.nodes[1]);
    } else if (activation) replace(model, node, activation(node.kwargs as never), node.args, qconfigs);
  }
}

function replace(
  model: GraphModule,
  node: Node,
  module: Module,
  args: readonly Argument[],
  qconfigs: NodeQConfigs,
): Node {
  const target = freePath(model, node.name);
  module.train(model.training);
  model.addSubmodule(target, module);
  const call = model.graph.insertBefore(node, { op: "callModule", target, args, name: node.name });
  [call.meta, call.scope] = [node.meta, node.scope];
  qconfigs.set(call, qconfigs.get(node)!);
  node.replaceAllUsesWith(call);
  model.graph.eraseNode(node);
  return call;
}

function absorbRelu(model: GraphModule, add: Node, relu: Node): void {
  add.args = ["addRelu", ...add.args.slice(1)];
  relu.replaceAllUsesWith(add);
  model.graph.eraseNode(relu);
}

/** Whether an observer can take it, as far as is known before calibration: a constant, or elements of one, shall be finite. */
function hasRange(model: GraphModule, node: Node): boolean {
  if (movesElements(node)) return node.inputs.every((input) => hasRange(model, input));
  return node.op !== "getAttr" || !isFloat(node) || model.tensorOf(node).data.every(Number.isFinite);
}

function isFloat(argument: Argument): argument is Node {
  return argument instanceof Node && argument.meta?.dtype === "float32";
}

function isActivation(argument: Argument): boolean {
  return isFloat(argument) && argument.op !== "getAttr";
}
