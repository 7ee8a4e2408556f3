import { region } from "@octavo/spec";
import type { Region, TypedArray } from "@octavo/spec";
import * as fc from "fast-check";
import { agreementLaw, scene } from "./kernel-law.ts";
import type { RandomValues } from "./random-values.ts";
import { magnitudes, sumBounds } from "./rounding-bounds.ts";

interface Axis {
  readonly size: number;
  readonly fromMargin: number;
  readonly toMargin: number;
  readonly repeat: boolean;
  readonly fromRank: number;
  readonly toRank: number;
}
type Axes = readonly Axis[];

/** Axes of a block, what lies around it on both sides, and how the axes are ordered in memory. */
const geometry = fc.record({
  axes: fc.array(
    fc.record({
      size: fc.constantFrom(1, 2, 3, 5, 17, 33),
      fromMargin: fc.nat(2),
      toMargin: fc.nat(2),
      repeat: fc.boolean(),
      fromRank: fc.nat(9),
      toRank: fc.nat(9),
    }),
    { maxLength: 4 },
  ),
});
interface Side {
  readonly strides: number[];
  readonly offset: number;
  readonly length: number;
}

/** A side of the copy: dense in a random order of axes, within margins; axes that repeat have stride 0. */
function side(axes: Axes, which: "from" | "to", repeats: boolean): Side {
  const order = axes
    .map((_, axis) => axis)
    .sort((a, b) => axes[a][`${which}Rank`] - axes[b][`${which}Rank`] || a - b);
  const strides = new Array<number>(axes.length).fill(0);
  let [length, offset] = [1, 0];
  for (const axis of order) {
    const { size, repeat } = axes[axis];
    const margin = axes[axis][`${which}Margin`];
    if (repeats && repeat) continue;
    strides[axis] = length;
    offset += margin * length;
    length *= size + 2 * margin;
  }
  return { strides, offset, length };
}

function block(axes: Axes, from: Side, to: Side): Region {
  return region({
    fromOffset: from.offset,
    toOffset: to.offset,
    sizes: axes.map(({ size }) => size),
    fromStrides: from.strides,
    toStrides: to.strides,
  });
}

const elementTypes: readonly ((random: RandomValues, length: number) => TypedArray)[] = [
  (random, length) => random.floats(length),
  (random, length) => random.integers(length, -(2 ** 31), 2 ** 31 - 1),
  (random, length) => random.bytes(length, false),
  (random, length) => random.bytes(length, true),
];

const copyRegion = agreementLaw(
  "copyRegion moves any element type, in any order of axes",
  ["copyRegion"],
  fc.record({ block: geometry, type: fc.nat(elementTypes.length - 1) }),
  ({ block: { axes }, type }, random) => {
    const [from, to] = [side(axes, "from", true), side(axes, "to", false)];
    const make = elementTypes[type];
    return scene({
      arrays: { from: make(random, from.length), to: make(random, to.length) },
      writes: ["to"],
      agreement: "bits",
      run: (k, arrays) => k.copyRegion(arrays.from, arrays.to, block(axes, from, to)),
    });
  },
);

const weavePlanes = agreementLaw(
  "copyRegion weaves planes into pixels and takes them apart",
  ["copyRegion"],
  fc.record({
    images: fc.integer({ min: 1, max: 2 }),
    planes: fc.integer({ min: 1, max: 5 }),
    // Up to several of the bands that threads take.
    pixels: fc.oneof(fc.integer({ min: 1, max: 100 }), fc.constantFrom(1023, 1025, 2100)),
    type: fc.nat(elementTypes.length - 1),
    apart: fc.boolean(),
  }),
  ({ images, planes, pixels, type, apart }, random) => {
    const make = elementTypes[type];
    const length = images * planes * pixels;
    const planar = [planes * pixels, 1, pixels];
    const woven = [planes * pixels, planes, 1];
    const shape = region({
      fromOffset: 0,
      toOffset: 0,
      sizes: [images, pixels, planes],
      fromStrides: apart ? woven : planar,
      toStrides: apart ? planar : woven,
    });
    return scene({
      arrays: { from: make(random, length), to: make(random, length) },
      writes: ["to"],
      agreement: "bits",
      run: (k, { from, to }) => k.copyRegion(from, to, shape),
    });
  },
);

const addRegion = agreementLaw(
  "addRegion sums where the target repeats",
  ["addRegion"],
  geometry,
  ({ axes }, random) => {
    const [from, to] = [side(axes, "from", false), side(axes, "to", true)];
    const shape = block(axes, from, to);
    const initial = { from: random.floats(from.length), to: random.floats(to.length) };
    const terms = 1 + axes.reduce((product, { size, repeat }) => product * (repeat ? size : 1), 1);
    return scene({
      arrays: initial,
      writes: ["to"],
      agreement: (_expected, oracle) => {
        const sums = magnitudes(initial.to);
        oracle.addRegion(magnitudes(initial.from), sums, shape);
        return { to: sumBounds(2 * terms, sums) };
      },
      run: (k, { from, to }) => k.addRegion(from, to, shape),
    });
  },
);

export const regionLaws = [copyRegion, weavePlanes, addRegion];
