import type { Program } from "@octavo/spec";
import * as fc from "fast-check";

import { ProgramBuilder } from "./program-builder.ts";
import type { ValueParts } from "./program-builder.ts";

/** A cheap deterministic stream for weights and inputs. */
export function numbers(seed: number, length: number): number[] {
  let state = seed + 1;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 2 ** 24;
  });
}

export const int8s = (seed: number, length: number) =>
  Int8Array.from(numbers(seed, length), (u) => Math.floor(u * 256) - 128);
export const floats = (seed: number, length: number) =>
  Float32Array.from(numbers(seed, length), (u) => 2 * u - 1);

type Choice = { op: number; a: number; b: number; seed: number };

/**
 * A random network on images [−1, 2, 5, 4]: quantize, a few of conv, add, relu table, max pool with stride 1, cat of two, reshape to another
 * format, then dequantize, unary and flatten. Several outputs, values that are used more than once, or never.
 */
export const randomProgram: fc.Arbitrary<Program> = fc
  .array(fc.record({ op: fc.nat(5), a: fc.nat(100), b: fc.nat(100), seed: fc.nat(1000) }), {
    minLength: 1,
    maxLength: 10,
  })
  .map((choices) => {
    const net = new ProgramBuilder();
    const image = (channels = 2): ValueParts => ({
      shape: [-1, channels, 5, 4],
      scale: 0.05,
      zeroPoint: 100,
    });
    const start = net.input("image", { ...image(), dtype: "float32" });
    const made = [net.op("quantize", [start], image())];
    for (const choice of choices) made.push(append(net, made, choice, image));
    const last = made[made.length - 1];
    const { shape } = net.values[last];
    const real = net.op("dequantize", [last], { shape, dtype: "float32" });
    const soft = net.op("unary", [real], { shape, dtype: "float32" }, { operator: "sigmoid" });
    const flat = net.op("reshape", [soft], { shape: [-1, shape[1] * 20], dtype: "float32" });
    const outputs = [flat, made[choices[0].a % made.length], soft];
    // As an output, the unary op's input must outlive it.
    return net.build(...outputs, ...(choices[0].seed % 2 === 0 ? [real] : []));
  });

function append(
  net: ProgramBuilder,
  made: number[],
  choice: Choice,
  image: (channels?: number) => ValueParts,
): number {
  const a = made[choice.a % made.length];
  const channels = net.values[a].shape[1];
  const alike = made.filter((value) => net.values[value].shape[1] === channels);
  const b = alike[choice.b % alike.length];
  const makers = [
    () =>
      net.op(
        "conv",
        [a],
        image(3),
        { padding: 1 },
        {
          weight: ["qint8", [3, 3, 3, channels], int8s(choice.seed, 27 * channels)],
          weightScale: ["float32", [3], Float32Array.of(0.004, 0.002, 0.001)],
          bias: ["float32", [3], floats(choice.seed, 3)],
        },
      ),
    () => net.op("add", [a, b], image(channels), { low: 100 }),
    () =>
      net.op(
        "lookup",
        [a],
        image(channels),
        {},
        { table: ["quint8", [256], Uint8Array.from({ length: 256 }, (_, i) => Math.max(i, 100))] },
      ),
    () => net.op("maxPool", [a], image(channels), { kernel: 3, stride: 1, padding: 1 }),
    () => net.op("cat", [a, b], image(2 * channels), { axis: 1 }),
    () => {
      const flat = net.op("reshape", [a], { ...image(), shape: [-1, channels * 20] });
      return net.op("reshape", [flat], image(channels));
    },
  ];
  return channels > 12 && choice.op === 4 ? makers[1]() : makers[choice.op]();
}
