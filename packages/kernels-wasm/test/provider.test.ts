import { channelBlocks, ReduceOp } from "@octavo/spec";
import { describe, expect, it } from "vitest";

import { registrations } from "../src/index.ts";

const opened = await Promise.all(
  registrations.map(async ({ name, open }) => ({ name, opened: await open() })),
);

describe.each(opened)("$name", ({ name, opened }) => {
  if (!("provider" in opened)) return it.skip(opened.unavailable);
  const { provider } = opened;
  const floats = (length: number) => {
    const memory = provider.allocate(4 * length);
    return new Float32Array(memory.buffer as ArrayBuffer, memory.byteOffset, length);
  };

  it("computes in its own memory and on copies of others' alike", () => {
    const values = Array.from({ length: 1003 }, (_, i) => Math.sin(i));
    const [inside, outside] = [floats(1003), new Float32Array(1003)];
    for (const array of [inside, outside]) array.set(values);
    const [sumInside, sumOutside] = [floats(1003), new Float32Array(1003)];
    provider.kernels.accumulate!(inside, sumInside, 0.5);
    provider.kernels.accumulate!(outside, sumOutside, 0.5);
    expect(sumOutside).toEqual(sumInside);
    expect(sumOutside[1]).toBe(Math.fround(0.5 * Math.fround(Math.sin(1))));
  });

  it("does not detach memory that it has given, however much follows", () => {
    const early = floats(4).fill(3);
    for (let i = 0; i < 12; i++) provider.allocate(2 ** 27);
    expect([...early]).toEqual([3, 3, 3, 3]);
    const large = floats(2 ** 20).fill(1);
    provider.kernels.accumulate!(early, early, 1);
    expect([...early, large.length]).toEqual([6, 6, 6, 6, 2 ** 20]);
  });

  it.each([3_900_000_000, 2 ** 32, 5e9])(
    "refuses %d bytes, and gives others what is theirs",
    (byteLength) => {
      expect(() => provider.allocate(byteLength)).toThrow(
        new RegExp(`^WebAssembly memory: expected ${byteLength} free bytes, got .*\nRun smaller batches`),
      );
      const [first, second] = [floats(16).fill(1), floats(16).fill(2)];
      expect([first[0], second[0]]).toEqual([1, 2]);
    },
  );

  it.skipIf(name.endsWith("-threads"))(
    "computes on copies when its memory is taken, up to what is left for them",
    () => {
      const early = floats(4).fill(3);
      while (provider.allocate(2 ** 27).buffer === early.buffer);
      const sum = (length: number) => {
        const blocks = channelBlocks({ outer: 4, channels: length / 4, inner: 1 });
        provider.kernels.reduce!(ReduceOp.sum, new Float32Array(length).fill(1, -1), early, blocks);
      };
      expect(() => sum(2 ** 28)).toThrow(/^WebAssembly memory: expected \d{10} free bytes/);
      expect([...early]).toEqual([3, 3, 3, 3]);
      sum(2 ** 20);
      expect([...early]).toEqual([0, 0, 0, 1]);
    },
  );

  it("uses freed memory again, zeroed", () => {
    const memory = provider.allocate(5000);
    new Uint8Array(memory.buffer, memory.byteOffset, 5000).fill(9);
    provider.free(memory);
    const again = provider.allocate(4900);
    expect(again.byteOffset).toBe(memory.byteOffset);
    expect(new Uint8Array(again.buffer, again.byteOffset, 4900).every((byte) => byte === 0)).toBe(true);
    expect(() => provider.free(memory)).toThrow("freed once");
  });

  it("refuses arrays that do not fit, and writes nothing", () => {
    const blocks = channelBlocks({ outer: 1, channels: 2, inner: 4 });
    const y = new Float32Array(8).fill(5);
    const call = () =>
      provider.kernels.fakeQuantize!(
        new Float32Array(8),
        Float32Array.of(1),
        Int32Array.of(0),
        y,
        blocks,
        0,
        255,
      );
    expect(call).toThrow(`fakeQuantize (${name}): expected one scale and one zero point per channel`);
    expect(y.every((value) => value === 5)).toBe(true);
  });
});
