import { describe, expect, it } from "vitest";
import { noGrad, ones } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { Module, Parameter } from "./index.ts";

class Scale extends Module<[Tensor], Tensor> {
  weight: Parameter;
  declare mean: Tensor;
  sizes = [3, 3];

  constructor(size: number) {
    super();
    if (size === undefined) throw new Error("size is required");
    this.weight = new Parameter(ones([size]));
    this.registerBuffer("mean", ones([size]));
  }

  override forward(x: Tensor): Tensor {
    return x;
  }
}

class Net extends Module<[Tensor], Tensor> {
  first = new Scale(2);
  second = this.first;

  override forward(x: Tensor): Tensor {
    return this.second(this.first(x));
  }
}

describe("clone", () => {
  it("copies parameters, buffers and fields", () => {
    const original = new Net().eval();
    const copy = original.clone();
    copy.first.weight.data[0] = 5;
    copy.first.mean.data[0] = 5;
    copy.first.sizes.push(1);
    expect([...original.first.weight.data, ...original.first.mean.data]).toEqual([1, 1, 1, 1]);
    expect(original.first.sizes).toEqual([3, 3]);
    expect([...copy.stateDict().keys()]).toEqual([...original.stateDict().keys()]);
    expect(copy.training || copy.first.training).toBe(false);
    expect(copy.first.weight).toBeInstanceOf(Parameter);
    expect(copy.first.weight.requiresGrad).toBe(true);
    const x = ones([2]);
    expect(copy(x)).toBe(x);
  });

  it("keeps what is shared shared, and hooks registered", () => {
    const original = new Net();
    let calls = 0;
    original.first.registerForwardHook(() => void (calls += 1));
    const copy = original.clone();
    expect(copy.second).toBe(copy.first);
    expect(copy.first).not.toBe(original.first);
    copy.first.forwardHooks.clear();
    copy(ones([2]));
    expect(calls).toBe(0);
    original(ones([2]));
    expect(calls).toBe(2);
  });

  it("refuses layers made inside a forward, whose memory is gone", () => {
    class Lazy extends Module<[Tensor], Tensor> {
      declare inner?: Scale;

      override forward(x: Tensor): Tensor {
        return (this.inner ??= new Scale(3))(x).add(1);
      }
    }
    const lazy = new Lazy();
    noGrad(() => lazy(ones([3])));
    expect(() => lazy.clone()).toThrow("expected a tensor that is still alive");
  });

  it("refuses classes with private fields, which cannot be copied", () => {
    class Secret extends Module<[Tensor], Tensor> {
      #factor = 2;

      override forward(x: Tensor): Tensor {
        return this.#factor > 1 ? x : x.detach();
      }
    }
    expect(() => new Secret().clone()).toThrow(/clone of Secret: expected .* got #factor in class Secret/);
  });
});
