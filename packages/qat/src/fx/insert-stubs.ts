import type { GraphModule, Node } from "@octavo/graph";
import type { Module } from "@octavo/nn";
import { isWeightOnly, outputQuantizer } from "../output-rules.ts";
import type { QConfig } from "../qconfig.ts";
import { DeQuantStub, QuantStub } from "../stubs.ts";
import { followsInput } from "./follows-input.ts";
import { freePath } from "./free-path.ts";
import type { NodeQConfigs } from "./node-qconfigs.ts";

/**
 * Finds which calls compute on integers and puts stubs where values change sides, in place: one QuantStub after a float
 * value that integers are computed from (one per qconfig of those who take it), one DeQuantStub after a quantized value
 * that goes on in float. Calls of layers with a qconfig compute on integers; relu, pooling, reshapes and their like do
 * as their input; all others, inputs and outputs of the graph are float.
 *
 * Calls that stay float lose their qconfig, but for embeddings, of which only the table is quantized.
 */
export function insertStubs(model: GraphModule, qconfigs: NodeQConfigs): void {
  const quantized = new Set<Node>();
  const stubs = new Map<Node, Map<QConfig | null, Node>>();
  for (const node of [...model.graph.nodes]) {
    const qconfig = qconfigs.get(node) ?? null;
    const follows =
      qconfig !== null && followsInput(model, node) && node.inputs.some((input) => quantized.has(input));
    const computesOnIntegers = follows || hasOwnRange(model, node, qconfig);
    if (computesOnIntegers) quantized.add(node);
    else if (!isWeightOnlyCall(model, node, qconfig)) qconfigs.set(node, null);
    if (node.calls("size")) continue;
    for (const input of node.inputs.filter(isFloatTensor)) {
      if (quantized.has(input) === computesOnIntegers) continue;
      const stubQConfig = computesOnIntegers ? qconfig : null;
      const known = stubs.get(input) ?? new Map<QConfig | null, Node>();
      const stub = known.get(stubQConfig) ?? insertStub(model, input, stubQConfig, qconfigs);
      stubs.set(input, known.set(stubQConfig, stub));
      node.replaceInputWith(input, stub);
    }
  }
}

/** @param qconfig null inserts a DeQuantStub. */
function insertStub(model: GraphModule, after: Node, qconfig: QConfig | null, qconfigs: NodeQConfigs): Node {
  const stub: Module = qconfig ? new QuantStub() : new DeQuantStub();
  stub.train(model.training);
  const target = freePath(model, qconfig ? "quant" : "dequant");
  model.addSubmodule(target, stub);
  const node = model.graph.insertAfter(after, { op: "callModule", target, args: [after] });
  node.meta = after.meta;
  qconfigs.set(node, qconfig);
  return node;
}

function hasOwnRange(model: GraphModule, node: Node, qconfig: QConfig | null): boolean {
  if (!qconfig || node.op !== "callModule" || followsInput(model, node)) return false;
  if (isWeightOnly(model.moduleOf(node), qconfig)) return false;
  return outputQuantizer(model.moduleOf(node), qconfig) !== null;
}

function isWeightOnlyCall(model: GraphModule, node: Node, qconfig: QConfig | null): boolean {
  return qconfig !== null && node.op === "callModule" && isWeightOnly(model.moduleOf(node), qconfig);
}

/** Indices and sizes are never quantized. */
function isFloatTensor({ meta }: Node): boolean {
  return meta?.dtype === "float32";
}
