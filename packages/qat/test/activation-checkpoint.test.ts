import { fuseModulesQat } from "@octavo/fusion";
import { BatchNorm2d, checkpoint, Conv2d, Dropout, Module, ReLU, Sequential } from "@octavo/nn";
import { getDefaultQatQConfig, prepareQat } from "@octavo/qat";
import { allocatedBytes, emptyPool, frame, manualSeed, randn, zeros } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { describe, expect, it } from "vitest";

const channels = 6;

class Net extends Module<[Tensor], Tensor> {
  blocks: Sequential;
  saving = false;

  constructor(depth: number) {
    super();
    const block = () =>
      new Sequential(
        new Conv2d(channels, channels, 3, { padding: 1 }),
        new BatchNorm2d(channels),
        new ReLU(),
        new Dropout(0.3),
      );
    this.blocks = new Sequential(...Array.from({ length: depth }, block));
  }

  override forward(x: Tensor): Tensor {
    let y = x;
    for (const block of this.blocks.children()) y = this.saving ? checkpoint(block, y) : block(y);
    return y;
  }
}

function network(qat: boolean, depth = 3): Net {
  manualSeed(3);
  const net = new Net(depth);
  if (!qat) return net;
  const { model } = fuseModulesQat(net.train(), zeros([2, channels, 6, 6]));
  return prepareQat(model, { qconfig: getDefaultQatQConfig("octavo") }) as unknown as Net;
}

/** Gradients of input and parameters, and all state, after three steps. */
function trained(net: Net, saving: boolean): number[][] {
  net.train();
  net.saving = saving;
  manualSeed(4);
  const x = randn([2, channels, 6, 6]).requiresGrad_();
  for (let step = 0; step < 3; step++) frame(() => net(x).square().mean().backward());
  const gradients = [x, ...net.parameters()].map(({ grad }) => [...grad!.toArray()].map(Number));
  return [...gradients, ...[...net.stateDict().values()].map((y) => [...y.toArray()].map(Number))];
}

describe("checkpoint", () => {
  it.each([
    ["a float network", false],
    ["a network in quantization-aware training", true],
  ])("gives %s the bits that it has without", (_, qat) => {
    expect(trained(network(qat), true)).toEqual(trained(network(qat), false));
  });

  it("needs less memory, the more the deeper", () => {
    const bytes = (saving: boolean) => {
      const net = network(false, 12);
      net.saving = saving;
      const x = randn([4, channels, 24, 24]);
      emptyPool();
      const before = allocatedBytes();
      frame(() => net(x).square().mean().backward());
      return allocatedBytes() - before;
    };
    expect(bytes(true) / bytes(false)).toBeLessThan(0.5);
  });

  it("passes gradients to parameters alone, to inputs alone, and through functions that do nothing", () => {
    const net = network(false, 1);
    checkpoint(net, randn([2, channels, 6, 6]))
      .sum()
      .backward();
    expect([...net.parameters()].every(({ grad }) => grad !== null)).toBe(true);
    const x = randn([3]).requiresGrad_();
    checkpoint((y) => y.square(), x)
      .sum()
      .backward();
    expect([...x.grad!.data]).toEqual([...x.data].map((value) => Math.fround(2 * value)));
    const z = randn([3]).requiresGrad_();
    checkpoint((y) => y, z)
      .sum()
      .backward();
    expect([...z.grad!.data]).toEqual([1, 1, 1]);
    expect(() => checkpoint((x: Tensor) => [x] as never, z)).toThrow(
      "checkpoint: expected a function that returns one tensor, got an array.",
    );
  });
});
