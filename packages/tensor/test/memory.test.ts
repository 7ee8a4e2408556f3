import { describe, expect, it } from "vitest";
import * as ops from "@octavo/tensor";
import { allocatedBytes, emptyPool, frame, noGrad, ones, pooledBytes, tensor } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { ArgumentError } from "@octavo/spec";

const leaf = () => tensor([1, -2, 3], { requiresGrad: true });

describe("frames", () => {
  it("release what was made inside, but not the result and what is kept", () => {
    let inner!: Tensor, kept!: Tensor;
    const [result] = frame(() => {
      inner = ones([3]).add(1);
      kept = inner.mul(2).keep();
      return [kept.add(1)];
    });
    expect(() => inner.data).toThrow("expected a tensor that is still alive");
    expect(String(inner)).toContain("released");
    expect([...kept.data]).toEqual([4, 4, 4]);
    expect([...result.data]).toEqual([5, 5, 5]);
  });

  it("keep what backward needs until backward, and no longer", () => {
    const x = leaf();
    let squared!: Tensor, shifted!: Tensor;
    const loss = frame(() => {
      shifted = x.add(1);
      squared = shifted.square();
      return squared.relu().sum();
    });
    expect(squared.storage.released).toBe(true); // square reads its input, relu its output
    expect(shifted.storage.released).toBe(false);
    loss.backward();
    expect(shifted.storage.released).toBe(true);
    expect([...x.grad!.data]).toEqual([4, -2, 8]);
  });

  it("keep nothing without gradients", () => {
    const x = leaf();
    let inner!: Tensor;
    noGrad(() =>
      frame(() => {
        inner = x.exp();
        return inner.sum();
      }),
    );
    expect(inner.storage.released).toBe(true);
  });

  it("count views as owners", () => {
    let view!: Tensor;
    const result = frame(() => {
      const x = ones([2, 3]);
      view = x.reshape([6]);
      return view.reshape([3, 2]);
    });
    expect([...result.data]).toEqual([1, 1, 1, 1, 1, 1]);
    expect(result.storage.shared).toBe(false);
  });

  it("give nothing that was released a new owner", () => {
    let inner!: Tensor;
    frame(() => void (inner = ones([3])));
    const alive = "expected a tensor that is still alive";
    for (const own of [
      () => inner.keep(),
      () => inner.detach(),
      () => inner.reshape([3, 1]),
      () => frame(() => inner),
    ])
      expect(own).toThrow(alive);
    expect(inner.storage.released).toBe(true);
  });

  it("release when the body throws", () => {
    let inner!: Tensor;
    expect(() =>
      frame(() => {
        inner = ones([3]);
        throw new Error("stop");
      }),
    ).toThrow("stop");
    expect(inner.storage.released).toBe(true);
  });

  it("give their memory to the next tensors", () => {
    const x = leaf();
    const step = () => {
      x.grad?.storage.release();
      x.grad = null;
      frame(() => x.exp().add(1).mul(3).sum().backward());
    };
    step();
    const held = allocatedBytes();
    for (let i = 0; i < 5; i++) step();
    expect(allocatedBytes()).toBe(held);
    emptyPool();
    expect(pooledBytes()).toBe(0);
    expect(allocatedBytes()).toBeLessThan(held);
  });
});

describe("backward", () => {
  it("adds to grad, also of leaves that several operations share", () => {
    const x = leaf();
    x.mul(2).sum().backward();
    x.mul(3).sum().backward();
    expect([...x.grad!.data]).toEqual([5, 5, 5]);
  });

  it("gives every leaf a gradient of its own", () => {
    const [a, b] = [leaf(), leaf()];
    a.reshape([3, 1])
      .add(b.reshape([3, 1]))
      .sum()
      .backward();
    a.grad!.data.fill(7);
    expect([...b.grad!.data]).toEqual([1, 1, 1]);
  });

  it("leaves the gradient that it was given alone", () => {
    const x = leaf();
    const gradient = ones([3]);
    x.add(x).add(x).backward(gradient);
    expect([...gradient.data]).toEqual([1, 1, 1]);
    expect([...x.grad!.data]).toEqual([3, 3, 3]);
  });

  it("refuses a second run, and says what to do", () => {
    const y = leaf().exp().sum();
    y.backward();
    expect(() => y.backward()).toThrow(ArgumentError);
    expect(() => y.backward()).toThrow("Run forward again, or add the losses before calling backward.");
  });

  it("refuses tensors without history, and results that are no scalar", () => {
    expect(() => ones([1]).backward()).toThrow("got one without history");
    expect(() => noGrad(() => leaf().sum()).backward()).toThrow("inside noGrad");
    expect(() => leaf().exp().backward()).toThrow("expected a scalar, or a gradient argument, got shape [3]");
  });

  it("flows through clones", () => {
    const x = leaf();
    const copy = x.clone();
    x.data.fill(0);
    copy.mul(copy.detach()).sum().backward();
    expect([...x.grad!.data]).toEqual([1, -2, 3]);
  });

  it("takes detached tensors as constants", () => {
    const x = leaf();
    x.mul(x.detach()).sum().backward();
    expect([...x.grad!.data]).toEqual([1, -2, 3]);
  });

  it("passes fake-quantized values where the integer is in range", () => {
    const x = tensor([-1, 0.3, 0.9, 2], { requiresGrad: true });
    const y = ops.fakeQuantize(x, Float32Array.of(0.5), Int32Array.of(0), { quantMin: -1, quantMax: 2 });
    expect([...y.data]).toEqual([-0.5, 0.5, 1, 1]);
    y.sum().backward();
    expect([...x.grad!.data]).toEqual([0, 1, 1, 0]);
  });
});
