import { noGrad, Tensor } from "@octavo/tensor";
import type { GraphModule } from "./graph-module.ts";
import { requireGraphModule } from "./require-graph-module.ts";
import { interpret } from "./interpret.ts";
import { withoutSideEffects } from "./internal/without-side-effects.ts";

/**
 * Runs a graph in eval mode and notes shape, dtype and memory format of every node's result in its `meta`, as
 * torch.fx.passes.shape_prop. Tracing does so too; this is for graphs that were changed, or for other input sizes.
 * @throws as running the graph does.
 */
export function propagateShapes(model: GraphModule, exampleInputs: Tensor | readonly unknown[]): void {
  requireGraphModule(model, "propagateShapes");
  const inputs = exampleInputs instanceof Tensor ? [exampleInputs] : exampleInputs;
  withoutSideEffects(model, () =>
    noGrad(() =>
      interpret(model, inputs, (node, result) => {
        const isTensor = result instanceof Tensor && node.op !== "output";
        const { shape, dtype, memoryFormat } = (isTensor ? result : {}) as Tensor;
        node.meta = isTensor ? { shape, dtype, memoryFormat } : null;
      }),
    ),
  );
}
