import { BatchNorm2d } from "@octavo/nn";
import type { Module } from "@octavo/nn";
import { tensor } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";

/**
 * The weights and images of `goldens/torchvision.json`, which are a formula of their position instead of a file: a hash
 * of (seed k, tensor number t, flat index i), spread over [-1, 1). The group's `about` has it in words.
 */
function spread(k: number, t: number, i: number): number {
  let h = (Math.imul(i, 2654435761) + ((t * 40503 + k * 974711 + 12345) % 2 ** 32)) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  h = (h ^ (h >>> 16)) >>> 0;
  return h / 2 ** 31 - 1;
}

type Scaling = (u: number, fanIn: number) => number;

const ofNorm: Readonly<Record<string, Scaling>> = {
  weight: (u) => 0.75 + 0.25 * u,
  bias: (u) => 0.2 * u,
  running_mean: (u) => 0.2 * u,
  running_var: (u) => 1 + 0.5 * u,
};
const ofLayer: Readonly<Record<string, Scaling>> = {
  weight: (u, fanIn) => u * Math.sqrt(3 / fanIn) * Math.sqrt(2),
  bias: (u) => 0.1 * u,
};

/** Fills a model with the formula's weights. */
export function loadFormulaValues<M extends Module>(model: M, k: number): M {
  const state = [...model.stateDict()].map(([key, { shape, dtype, numel }], t) => {
    const dot = key.lastIndexOf(".");
    const owner = model.getSubmodule(key.slice(0, dot));
    const scaling = (owner instanceof BatchNorm2d ? ofNorm : ofLayer)[key.slice(dot + 1)] ?? (() => 0);
    const fanIn = shape.slice(1).reduce((a, b) => a * b, 1);
    const values = new Float32Array(numel);
    for (let i = 0; i < numel; i++) values[i] = scaling(spread(k, t, i), fanIn);
    return [key, tensor(values, shape, { dtype })] as const;
  });
  model.loadStateDict(new Map(state));
  return model;
}

/** Images of the goldens: t = 1 000 000 the input, 1 000 001 the calibration batch. */
export function formulaImages(k: number, shape: readonly number[], t = 1_000_000): Tensor {
  const numel = shape.reduce((a, b) => a * b, 1);
  return tensor(
    Float32Array.from({ length: numel }, (_, i) => 2 * spread(k, t, i)),
    shape,
  );
}
