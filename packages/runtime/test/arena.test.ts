import * as fc from "fast-check";
import { expect, test } from "vitest";

import { arenaAlignment, planArena, separateBuffers } from "../src/internal/arena.ts";
import { planProgram } from "../src/internal/plan.ts";
import { ProgramBuilder } from "./program-builder.ts";
import { randomProgram } from "./random-program.ts";

const lifetimes = fc.array(
  fc
    .record({ bytes: fc.nat(1000), first: fc.nat(20), length: fc.nat(8) })
    .map(({ bytes, first, length }) => ({ bytes, first, last: first + length })),
  { maxLength: 40 },
);

test("no two buffers that live at the same time overlap, all are aligned and inside", () => {
  fc.assert(
    fc.property(lifetimes, (list) => {
      for (const layout of [planArena(list), separateBuffers(list)]) {
        list.forEach((a, i) => {
          expect(layout.offsets[i] % arenaAlignment).toBe(0);
          expect(layout.offsets[i] + a.bytes).toBeLessThanOrEqual(layout.byteLength);
          list.slice(0, i).forEach((b, j) => {
            const together = a.first <= b.last && b.first <= a.last && a.bytes > 0 && b.bytes > 0;
            const apart =
              layout.offsets[i] + a.bytes <= layout.offsets[j] ||
              layout.offsets[j] + b.bytes <= layout.offsets[i];
            expect(apart || !together).toBe(true);
          });
        });
      }
    }),
  );
});

test("the arena is no larger than separate buffers, and no smaller than the busiest step", () => {
  fc.assert(
    fc.property(lifetimes, (list) => {
      const { byteLength } = planArena(list);
      expect(byteLength).toBeLessThanOrEqual(separateBuffers(list).byteLength);
      for (let step = 0; step < 30; step++) {
        const alive = list.filter(({ first, last }) => first <= step && step <= last);
        expect(byteLength).toBeGreaterThanOrEqual(alive.reduce((sum, { bytes }) => sum + bytes, 0));
      }
    }),
  );
});

test("buffers that follow each other share one place", () => {
  const chain = [0, 1, 2, 3].map((first) => ({ bytes: 640, first, last: first + 1 }));
  expect(planArena(chain).byteLength).toBe(2 * 640);
});

test("an op that may run in place lies over its dying input, and only then", () => {
  fc.assert(
    fc.property(randomProgram, (program) => {
      const plan = planProgram(program, 2, planArena, true);
      const { inputs, outputs } = program.ops.find(({ op }) => op === "unary")!;
      const inPlace = plan.offsets[outputs[0]] === plan.offsets[inputs[0]];
      expect(inPlace).toBe(!program.outputs.includes(inputs[0]));
      // Every output of the program has a place of its own at the end.
      const places = new Set(program.outputs.map((value) => plan.offsets[value]));
      expect(places.size).toBe(new Set(program.outputs).size);
    }),
  );
});

test("an addition lies over whichever summand dies", () => {
  const image = { shape: [-1, 2], scale: 0.05, zeroPoint: 100 };
  const net = new ProgramBuilder();
  const [kept, dying] = [net.input("kept", image), net.input("dying", image)];
  const sum = net.op("add", [kept, dying], image);
  const plan = planProgram(net.build(kept, sum), 2, planArena, true);
  expect(plan.offsets[sum]).toBe(plan.offsets[dying]);
  expect(plan.byteLength).toBe(2 * arenaAlignment);
});
