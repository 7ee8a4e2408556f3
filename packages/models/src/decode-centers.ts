import { ShapeError, withDefaults } from "@octavo/spec";

/** A map of `CenterNet`, row-major: what a session gives, or `{ data: map.toArray(), shape: map.shape }` of a tensor. */
export interface CenterMap {
  readonly data: ArrayLike<number>;
  /** (N, channels, h, w) */
  readonly shape: readonly number[];
}

export interface DecodeOptions {
  /** At most so many objects of an image; default 100. */
  readonly count?: number;
  /** Only objects with a larger score; default 0: all. */
  readonly threshold?: number;
  /** Pixels of the image along a cell of the maps; default 4. */
  readonly stride?: number;
}

export interface Detection {
  readonly class: number;
  /** 0 … 1 */
  readonly score: number;
  /** Left, top, right, bottom, in pixels of the image. */
  readonly box: readonly [number, number, number, number];
}

/**
 * The objects that the maps of `CenterNet` show, for each image the likeliest first: "Objects as Points"
 * (arXiv:1904.07850), section 3, "From points to bounding boxes". A centre is a cell whose heatmap is no less than that of its eight
 * neighbours (a 3×3 maximum pooling in the paper); its score is the heatmap's sigmoid, its box c + offset ± size / 2.
 *
 * @throws ShapeError unless the maps have one batch and size, and size and offset two channels.
 */
export function decodeCenters(
  {
    heatmap,
    size,
    offset,
  }: { readonly heatmap: CenterMap; readonly size: CenterMap; readonly offset: CenterMap },
  options: DecodeOptions = {},
): Detection[][] {
  const defaults = { count: 100, threshold: 0, stride: 4 };
  const { count, threshold, stride } = withDefaults("decodeCenters", defaults, options);
  const [batch, classes, height, width] = requireMaps({ heatmap, size, offset });
  const cells = height * width;
  return Array.from({ length: batch }, (_, image) => {
    const peaks: { channel: number; cell: number; logit: number }[] = [];
    for (let channel = 0; channel < classes; channel++) {
      const start = (image * classes + channel) * cells;
      for (let cell = 0; cell < cells; cell++) {
        if (isPeak(heatmap.data, start, cell, height, width))
          peaks.push({ channel, cell, logit: heatmap.data[start + cell] });
      }
    }
    // Of equal ones the first, so that the order is the same everywhere.
    peaks.sort((a, b) => b.logit - a.logit || a.channel - b.channel || a.cell - b.cell);
    return peaks
      .slice(0, count)
      .map(({ channel, cell, logit }): Detection => {
        const at = ({ data }: CenterMap, axis: number) => data[(2 * image + axis) * cells + cell];
        const x = (cell % width) + at(offset, 0);
        const y = Math.floor(cell / width) + at(offset, 1);
        const [halfWidth, halfHeight] = [at(size, 0) / 2, at(size, 1) / 2];
        const corners = [x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight] as const;
        const [left, top, right, bottom] = corners.map((corner) => corner * stride);
        return { class: channel, score: 1 / (1 + Math.exp(-logit)), box: [left, top, right, bottom] };
      })
      .filter(({ score }) => score > threshold);
  });
}

function isPeak(
  data: ArrayLike<number>,
  start: number,
  cell: number,
  height: number,
  width: number,
): boolean {
  const [row, column] = [Math.floor(cell / width), cell % width];
  for (let y = Math.max(row - 1, 0); y <= Math.min(row + 1, height - 1); y++) {
    for (let x = Math.max(column - 1, 0); x <= Math.min(column + 1, width - 1); x++) {
      if (data[start + y * width + x] > data[start + cell]) return false;
    }
  }
  return true;
}

/** The heatmap's shape. */
function requireMaps(maps: Readonly<Record<string, CenterMap>>): readonly number[] {
  const { shape } = maps.heatmap;
  for (const [name, map] of Object.entries(maps)) {
    const channels = name === "heatmap" ? shape[1] : 2;
    const expected = [shape[0], channels, ...shape.slice(2)];
    if (shape.length === 4 && expected.join() === map.shape.join()) continue;
    const what =
      shape.length === 4 ? `[${expected}], as the heatmap's [${shape}] asks for` : "(N, classes, h, w)";
    throw new ShapeError({ where: `decodeCenters, ${name}`, expected: what, got: `[${map.shape}]` });
  }
  return shape;
}
