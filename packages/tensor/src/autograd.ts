import { kernels } from "@octavo/backend";
import { ArgumentError } from "@octavo/spec";
import { copyOf } from "./internal/copy-of.ts";
import { operation } from "./internal/operation.ts";
import { isolatedFrame } from "./internal/ownership.ts";
import { requireTensor } from "./internal/require-tensor.ts";
import { requireFloat, requireShape, shapeText } from "./internal/require.ts";
import type { Op, OpInputs } from "./op.ts";
import type { Storage } from "./storage.ts";
import { Tensor } from "./tensor.ts";
import { toMemoryFormat } from "./ops/to-memory-format.ts";
import { activeTracer } from "./tracer.ts";

let gradEnabled = true;
let nodesMade = 0;

/** Whether operations are recorded for backward now: not inside `noGrad`. */
export function isGradEnabled(): boolean {
  return gradEnabled;
}

/** Runs `body` without recording, as torch.no_grad. */
export function noGrad<T>(body: () => T): T {
  return withGrad(false, body);
}

/** Runs `body` recording, also inside `noGrad`, as torch.enable_grad. */
export function enableGrad<T>(body: () => T): T {
  return withGrad(true, body);
}

function withGrad<T>(enabled: boolean, body: () => T): T {
  const outer = gradEnabled;
  gradEnabled = enabled;
  try {
    return body();
  } finally {
    gradEnabled = outer;
  }
}

/** One recorded operation: which tensors went in, and the memory that its backward rule will read. */
export class TapeNode {
  readonly op: Op;
  readonly inputs: OpInputs;
  readonly output: Tensor;
  readonly attributes: object;
  readonly extra: readonly Tensor[];
  /** Nodes are numbered as they are made: a larger number never feeds a smaller one. */
  readonly order = nodesMade++;
  #held: Storage[] | null;

  constructor(op: Op, inputs: OpInputs, output: Tensor, attributes: object, extra: readonly Tensor[]) {
    this.op = op;
    this.inputs = inputs;
    this.attributes = attributes;
    this.extra = extra;
    const { inputs: saveInputs = true, output: saveOutput = false } = op.saves ?? {};
    const saved = inputs.filter(
      (x, i) => x && (typeof saveInputs === "boolean" ? saveInputs : saveInputs[i]),
    );
    this.#held = [...saved, ...(saveOutput ? [output] : []), ...extra].map((x) => x!.storage.retain());
    this.output = output;
  }

  get done(): boolean {
    return this.#held === null;
  }

  release(): void {
    this.#held?.forEach((storage) => storage.release());
    this.#held = null;
  }
}

/**
 * Accumulates d(root)/d(leaf) into `grad` of every leaf that requires it, then frees the tape.
 * @param gradient of the root; 1 when the root has one element.
 * @throws ArgumentError if the root has no history, was already used, or is no scalar and `gradient` is missing;
 * ShapeError or DTypeError for a `gradient` that is not float32 of the root's shape.
 */
export function backward(root: Tensor, gradient?: Tensor): void {
  requireTensor(root, "backward");
  if (root.node === null) {
    throw new ArgumentError({
      where: "backward",
      expected: "a tensor computed from one that requires gradients",
      got: root.requiresGrad ? "a leaf" : "one without history",
      hint: "Was it computed inside noGrad, or from parameters with requiresGrad false?",
    });
  }
  if (!gradient && root.numel !== 1) {
    throw new ArgumentError({
      where: "backward",
      expected: "a scalar, or a gradient argument",
      got: `shape [${root.shape}]`,
    });
  }
  if (gradient) {
    const expected = `a gradient of the tensor's shape ${shapeText(root.shape)}`;
    requireShape(
      gradient.shape.join() === root.shape.join(),
      "backward",
      expected,
      shapeText(gradient.shape),
    );
    requireFloat(gradient, "backward");
  }
  const gradients = new Map<TapeNode, Tensor>();
  isolatedFrame(() => accumulate(gradients, root, gradient ?? ones(root)), nothing);
  const history = historyOf(root.node);
  operation(() => history.forEach((node) => backwardThrough(node, gradients)));
}

const nothing = () => [];

function ones(like: Tensor): Tensor {
  const result = new Tensor(like);
  result.data.fill(1);
  return result;
}

/** Every node that leads to `root`, the latest first. */
function historyOf(root: TapeNode): TapeNode[] {
  const seen = new Set<TapeNode>([root]);
  for (const node of seen) for (const x of node.inputs) if (x?.node) seen.add(x.node);
  return [...seen].sort((a, b) => b.order - a.order);
}

function backwardThrough(node: TapeNode, gradients: Map<TapeNode, Tensor>): void {
  const gradient = gradients.get(node);
  gradients.delete(node);
  if (!gradient) return node.release();
  if (node.done) {
    throw new ArgumentError({
      where: `backward of ${node.op.name}`,
      expected: "a graph that was not used yet",
      got: "a second backward through the same graph",
      hint: "Run forward again, or add the losses before calling backward.",
    });
  }
  isolatedFrame(() => noGrad(() => applyRule(node, gradient, gradients)), nothing);
  gradient.storage.release();
  node.release();
}

function applyRule(node: TapeNode, gradient: Tensor, gradients: Map<TapeNode, Tensor>): void {
  const { inputs, output, attributes, extra } = node;
  const needs = inputs.map((x) => x?.requiresGrad ?? false);
  const results = node.op.backward!(kernels(), gradient, { inputs, output, attributes, extra, needs });
  activeTracer()?.gradients?.(node.op, output, results);
  const lent = new Set([gradient.storage]);
  results.forEach((result, i) => {
    const input = inputs[i];
    if (!result || !input?.requiresGrad) return;
    // A leaf's grad is changed in place later (clipping), so it never shares memory with another gradient.
    const own = lent.has(result.storage) && !input.node ? copyOf(result) : result;
    lent.add(result.storage);
    accumulate(gradients, input, own);
  });
}

/** Adds to the gradient that waits for a node, or to a leaf's `grad`, and owns what is stored there. */
function accumulate(gradients: Map<TapeNode, Tensor>, target: Tensor, incoming: Tensor): void {
  const gradient = toMemoryFormat(incoming, target.memoryFormat);
  const before = target.node ? gradients.get(target.node) : target.grad;
  // Rules may return the same gradient for several inputs, so only memory with one owner is added to in place.
  if (before && !before.storage.shared) return addTo(before.data, gradient);
  const sum = before ? copyOf(before) : gradient;
  if (before) {
    addTo(sum.data, gradient);
    before.storage.release();
  }
  sum.storage.retain();
  if (target.node) gradients.set(target.node, sum);
  else {
    sum.storage.settle();
    target.grad = sum;
  }
}

function addTo(sum: Float32Array, gradient: Tensor): void {
  const { waiting } = gradient.storage;
  if (waiting?.addTo) operation(() => waiting.addTo!(sum));
  else kernels().accumulate(gradient.data, sum, 1);
}
