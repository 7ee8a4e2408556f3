import { reference } from "@octavo/backend/reference";
import type { KernelProvider, Kernels } from "@octavo/spec";
import { describe, expect, it } from "vitest";
import { definitions } from "../definitions/definitions.ts";
import { kernelLaws } from "./kernel-laws.ts";
import { runAgreementLaws, runKernelLaws } from "./run-kernel-laws.ts";

runKernelLaws(reference, { describe, it });
runAgreementLaws(reference, "the definitions", definitions, { describe, it });

/** The reference with one kernel changed. */
const spoiled = (changes: Partial<Kernels>): KernelProvider => ({
  ...reference,
  kernels: { ...reference.kernels, ...changes },
});
const lawsOf = (kernel: keyof Kernels) => kernelLaws.filter(({ kernels }) => kernels.includes(kernel));
const complaints = (provider: KernelProvider, kernel: keyof Kernels) =>
  lawsOf(kernel).flatMap((law) => {
    try {
      law.check(provider);
      return [];
    } catch (error) {
      return [`${law.name}: ${(error as Error).cause ?? (error as Error).message}`];
    }
  });

describe("kernel laws", () => {
  it("cover every kernel", () => {
    const covered = new Set(kernelLaws.flatMap(({ kernels }) => kernels));
    expect(Object.keys(reference.kernels).filter((name) => !covered.has(name as never))).toEqual([]);
  });

  const { kernels } = reference;
  it.each<[string, keyof Kernels, Partial<Kernels>]>([
    [
      "a write behind the output",
      "softmax",
      {
        softmax: (x, y, rows, columns) => {
          kernels.softmax(x, y, rows, columns);
          new Float32Array(y.buffer, y.byteOffset, y.length + 1)[y.length] = 0;
        },
      },
    ],
    [
      "a changed input",
      "minMax",
      {
        minMax: (x, min, max, blocks) => {
          kernels.minMax(x, min, max, blocks);
          x[0] = 0;
        },
      },
    ],
    [
      "rounding half away from zero",
      "quantize",
      {
        quantize: (x, scale, zeroPoint, q, { outer, channels, inner }, low, high) => {
          for (let i = 0; i < outer * channels * inner; i++) {
            const c = Math.floor(i / inner) % channels;
            q[i] = Math.min(
              high,
              Math.max(low, Math.round(Math.fround(x[i] * Math.fround(1 / scale[c]))) + zeroPoint[c]),
            );
          }
        },
      },
    ],
    [
      "a bias that wraps around",
      "requantize",
      {
        requantize: (accumulator, bias, multiplier, y, rows, channels, ...rest) => {
          const wrapped = accumulator.map((sum, i) =>
            bias instanceof Int32Array ? sum + bias[i % channels] : sum,
          );
          kernels.requantize(
            wrapped,
            bias instanceof Int32Array ? new Int32Array(channels) : bias,
            multiplier,
            y,
            rows,
            channels,
            ...rest,
          );
        },
      },
    ],
    [
      "float16-like sums",
      "gemm",
      {
        gemm: (a, b, bias, c, shape) => {
          kernels.gemm(a, b, bias, c, shape);
          for (let i = 0; i < c.length; i++) c[i] = Math.fround(c[i] * (1 + 2 ** -11));
        },
      },
    ],
    [
      "an output left unwritten",
      "convInputGradient",
      {
        convInputGradient: (dy, weight, dx, shape) => {
          const kept = dx[dx.length - 1];
          kernels.convInputGradient(dy, weight, dx, shape);
          dx[dx.length - 1] = kept;
        },
      },
    ],
  ])("notice %s", (_, kernel, changes) => {
    expect(complaints(spoiled(changes), kernel)).not.toEqual([]);
  });
});
