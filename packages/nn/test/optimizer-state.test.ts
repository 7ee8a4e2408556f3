import { Adam, Parameter, SGD } from "@octavo/nn";
import { Generator, randn, tensor, toMemoryFormat } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { onWarning } from "@octavo/spec";
import { afterEach, describe, expect, it } from "vitest";

/** Ten steps, the second half by a second optimiser, from the state of the first as `travel` leaves it. */
function weights(
  make: (p: Parameter) => Adam | SGD,
  travel: ((x: Tensor) => Tensor) | null,
): readonly number[] {
  const generator = new Generator(1);
  const parameter = new Parameter(toMemoryFormat(randn([4, 3, 2, 2], { generator }), "channelsLast"));
  let optimizer = make(parameter);
  for (let step = 0; step < 10; step++) {
    if (step === 5 && travel) {
      const { state, paramGroups } = optimizer.stateDict();
      const moved = Object.entries(state[0]).map(([name, x]) => [
        name,
        typeof x === "number" ? x : travel(x),
      ]);
      optimizer = make(parameter);
      optimizer.loadStateDict({ state: { 0: Object.fromEntries(moved) }, paramGroups });
    }
    parameter.grad = toMemoryFormat(randn(parameter.shape, { generator }), parameter.memoryFormat);
    optimizer.step();
  }
  return [...parameter.data];
}

describe.each([
  ["SGD", (p: Parameter) => new SGD([p], { lr: 0.1, momentum: 0.9 })],
  ["Adam", (p: Parameter) => new Adam([p], { lr: 0.1 })],
])("the state of %s", (_, make) => {
  it("may come back in another memory format than the parameter has, as from a file", () => {
    const contiguous = (x: Tensor) => toMemoryFormat(x, "contiguous");
    expect(weights(make, contiguous)).toEqual(weights(make, null));
  });
});

describe("a step without gradients", () => {
  afterEach(() => onWarning(null));

  it("changes nothing and says so; one gradient is enough", () => {
    const warnings: string[] = [];
    onWarning((message) => warnings.push(message));
    const [a, b] = [new Parameter(tensor([1])), new Parameter(tensor([2]))];
    const optimizer = new SGD([{ params: [a] }, { params: [b] }], { lr: 0.5 });
    optimizer.step();
    expect(warnings).toEqual([
      expect.stringMatching(/^SGD\.step: none of its 2 parameters has a gradient.*make the optimiser after/),
    ]);
    b.grad = tensor([1]);
    optimizer.step();
    expect([warnings.length, a.item(), b.item()]).toEqual([1, 1, 1.5]);
  });
});
