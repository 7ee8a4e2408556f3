import type { GoldenCase, GoldenTensor } from "@octavo/testing";
import { tensor } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";

/** torch's keyword arguments as options: `weight_decay` is `weightDecay`, `T_max` is `tMax`. */
export function optionsOf({ args }: GoldenCase): Record<string, any> {
  const camelCase = (name: string) =>
    name.replace(/^T_/, "t_").replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(args).map(([name, value]) => [camelCase(name), value]));
}

export function fromGolden({ data, shape, dtype }: GoldenTensor, requiresGrad = false): Tensor {
  return tensor(data as ArrayLike<number>, shape, { dtype, requiresGrad });
}

/** Largest |a − b|, relative to the largest |b| or `floor`. */
export function deviation(a: ArrayLike<number>, b: ArrayLike<number>, floor = 1): number {
  let largest = floor;
  let worst = a.length === b.length ? 0 : Infinity;
  for (let i = 0; i < b.length; i++) {
    largest = Math.max(largest, Math.abs(b[i]));
    worst = Math.max(worst, Math.abs(a[i] - b[i]));
  }
  return worst / largest;
}
