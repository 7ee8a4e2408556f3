import { describe, expect, it } from "vitest";
import { UnaryOp } from "@octavo/spec";
import { defineOp, quantizePerTensor, tensor, withTracer } from "@octavo/tensor";
import type { Op, Tensor } from "@octavo/tensor";

/** factor · x² */
const scaledSquare = defineOp<[x: Tensor], { factor: number }>({
  name: "scaledSquare",
  shape: ([x]) => ({ shape: x.shape, memoryFormat: x.memoryFormat }),
  forward(kernels, [x], y, { factor }) {
    kernels.unary(UnaryOp.square, x.data, y.data, 0, 0);
    kernels.unary(UnaryOp.affine, y.data, y.data, factor, 0);
  },
  backward: (_, gradient, { inputs: [x], attributes: { factor } }) => [gradient.mul(x).mul(2 * factor)],
});

describe("defineOp", () => {
  it("makes a function that autograd knows", () => {
    const x = tensor([1, -3], { requiresGrad: true });
    const y = scaledSquare(x, { factor: 2 });
    expect([...y.data]).toEqual([2, 18]);
    y.sum().backward();
    expect([...x.grad!.data]).toEqual([4, -12]);
  });

  it("shows tracers the op, its inputs and attributes", () => {
    const seen: [string, number, object][] = [];
    const x = tensor([1]);
    withTracer(
      {
        op: (op: Op, inputs, attributes) => void seen.push([op.name, inputs.indexOf(x), attributes]),
        call: (_module, _inputs, run) => run(),
      },
      () => scaledSquare(x, { factor: 2 }).relu(),
    );
    expect(seen).toEqual([
      ["scaledSquare", 0, { factor: 2 }],
      ["relu", -1, {}],
    ]);
  });

  it("refuses quantized tensors", () => {
    const q = quantizePerTensor(tensor([1]), 0.5, 0, "qint8");
    expect(() => scaledSquare(q, { factor: 2 })).toThrow("scaledSquare: expected a float tensor, got qint8");
  });
});
