import type { ConvShape, PoolShape, Spatial } from "@octavo/spec";

/** Every coordinate of a (depth, height, width) block, row-major. */
export function* coordinates([depth, height, width]: Spatial): Generator<Spatial> {
  for (let d = 0; d < depth; d++)
    for (let h = 0; h < height; h++) for (let w = 0; w < width; w++) yield [d, h, w];
}

export function indexIn(size: Spatial, [d, h, w]: Spatial): number {
  return (d * size[1] + h) * size[2] + w;
}

const axes = [0, 1, 2] as const;

/** One product of a convolution: the positions of its three factors in their arrays. */
export interface Product {
  readonly x: number;
  readonly weight: number;
  readonly y: number;
  readonly inChannel: number;
  readonly outChannel: number;
}

/** All products of a convolution, by the definition: y[p, o] = Σ x[p · stride − padding + k · dilation, c] · w[o, k, c]. */
export function* products(shape: ConvShape): Generator<Product> {
  const { batch, inChannels, outChannels, groups, inSize, outSize, kernel, stride, padding, dilation } =
    shape;
  const perGroup = inChannels / groups;
  for (let n = 0; n < batch; n++) {
    for (const out of coordinates(outSize)) {
      for (const tap of coordinates(kernel)) {
        const at = axes.map(
          (a) => out[a] * stride[a] - padding[a] + tap[a] * dilation[a],
        ) as unknown as Spatial;
        if (axes.some((a) => at[a] < 0 || at[a] >= inSize[a])) continue;
        for (let outChannel = 0; outChannel < outChannels; outChannel++) {
          for (let c = 0; c < perGroup; c++) {
            const inChannel = Math.floor(outChannel / (outChannels / groups)) * perGroup + c;
            yield {
              x: (n * inSize[0] * inSize[1] * inSize[2] + indexIn(inSize, at)) * inChannels + inChannel,
              weight: (outChannel * kernel[0] * kernel[1] * kernel[2] + indexIn(kernel, tap)) * perGroup + c,
              y:
                (n * outSize[0] * outSize[1] * outSize[2] + indexIn(outSize, out)) * outChannels + outChannel,
              inChannel,
              outChannel,
            };
          }
        }
      }
    }
  }
}

/** One output of a pool: its position in y, the positions in x and in D·H·W that it looks at, and its divisor. */
export interface Window {
  readonly y: number;
  readonly x: readonly number[];
  readonly positions: readonly number[];
  readonly divisor: number;
}

export function* poolWindows(shape: PoolShape): Generator<Window> {
  const { batch, channels, inSize, outSize, kernel, stride, padding, dilation } = shape;
  const volume = inSize[0] * inSize[1] * inSize[2];
  for (let n = 0; n < batch; n++) {
    for (const out of coordinates(outSize)) {
      const first = axes.map((a) =>
        shape.adaptive ? Math.floor((out[a] * inSize[a]) / outSize[a]) : out[a] * stride[a] - padding[a],
      );
      const last = axes.map((a) =>
        shape.adaptive
          ? Math.ceil(((out[a] + 1) * inSize[a]) / outSize[a]) - 1
          : first[a] + (kernel[a] - 1) * dilation[a],
      );
      const step = (a: 0 | 1 | 2) => (shape.adaptive ? 1 : dilation[a]);
      const inside = (at: Spatial) =>
        axes.every((a) => at[a] >= first[a] && at[a] <= last[a] && (at[a] - first[a]) % step(a) === 0);
      const positions = [...coordinates(inSize)].filter(inside).map((at) => indexIn(inSize, at));
      const padded = axes.map((a) => Math.min(last[a], inSize[a] + padding[a] - 1) - first[a] + 1);
      const count =
        shape.countIncludePad && !shape.adaptive ? padded[0] * padded[1] * padded[2] : positions.length;
      for (let c = 0; c < channels; c++) {
        yield {
          y: (n * outSize[0] * outSize[1] * outSize[2] + indexIn(outSize, out)) * channels + c,
          x: positions.map((position) => (n * volume + position) * channels + c),
          positions,
          divisor: shape.divisor || count,
        };
      }
    }
  }
}
