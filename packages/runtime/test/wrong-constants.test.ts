import { describe, expect, test } from "vitest";
import type { Program, ProgramConstant } from "@octavo/spec";

import { checkProgram, encodeProgramFile } from "../src/index.ts";
import { ProgramBuilder } from "./program-builder.ts";
import { int8s } from "./random-program.ts";

const shape = [-1, 2];
const real = { shape, dtype: "float32" } as const;

/** A layer of two channels with its scales and biases; `ending` and op as the table below says. */
const layers = {
  linear(net: ProgramBuilder) {
    const x = net.input("x", { shape, scale: 0.1 });
    return net.op(
      "linear",
      [x],
      { shape, scale: 0.1 },
      {},
      {
        weight: ["qint8", [2, 2], int8s(1, 4)],
        weightScale: ["float32", [2], Float32Array.of(0.1, 0.2)],
        weightZeroPoint: ["int32", [2], Int32Array.of(0, -128)],
        bias: ["float32", [2], Float32Array.of(-1, 2)],
      },
    );
  },
  dynamicLinear(net: ProgramBuilder) {
    const constants = {
      weight: ["qint8", [2, 2], int8s(1, 4)],
      weightScale: ["float32", [2], Float32Array.of(0.1, 0.2)],
      bias: ["float32", [2], Float32Array.of(-1, 2)],
    } as const;
    return net.op("dynamicLinear", [net.input("x", real)], real, {}, constants);
  },
  embedding(net: ProgramBuilder) {
    const ids = net.input("x", { shape: [-1], dtype: "int32" });
    const constants = {
      weight: ["quint8", [2, 2], Uint8Array.of(1, 2, 3, 4)],
      scale: ["float32", [2], Float32Array.of(0.1, 0.2)],
      zeroPoint: ["float32", [2], Float32Array.of(-1.5, 2)],
    } as const;
    return net.op("embedding", [ids], real, {}, constants);
  },
  floatLinear(net: ProgramBuilder) {
    const constants = {
      weight: ["float32", [2, 2], Float32Array.of(NaN, 1, 2, 3)],
      bias: ["float32", [2], Float32Array.of(NaN, Infinity)],
    } as const;
    return net.op("floatLinear", [net.input("x", real)], real, {}, constants);
  },
};

function programOf(layer: keyof typeof layers): Program {
  const net = new ProgramBuilder();
  return net.build(layers[layer](net));
}

/** The program with another second element of a constant. */
function withElement(layer: keyof typeof layers, role: string, element: number): Program {
  const program = programOf(layer);
  const constant: ProgramConstant = program.constants[`layers.0.${role}`];
  const data = constant.data.slice();
  data[1] = element as never;
  return { ...program, constants: { ...program.constants, [`layers.0.${role}`]: { ...constant, data } } };
}

describe("constants of arithmetic on integers", () => {
  test.each(["linear", "dynamicLinear", "embedding"] as const)("of %s may be what they are", (layer) => {
    checkProgram(programOf(layer));
  });

  test.each([
    ["linear", "weightScale"],
    ["dynamicLinear", "weightScale"],
    ["embedding", "scale"],
  ] as const)("%s has scales above 0", (layer, role) => {
    for (const element of [NaN, 0, -1, Infinity]) {
      const message = `constant '${role}' between 0 and Infinity, got ${element}.`;
      expect(() => checkProgram(withElement(layer, role, element))).toThrow(message);
    }
  });

  test.each([
    ["linear", "bias"],
    ["dynamicLinear", "bias"],
    ["embedding", "zeroPoint"],
  ] as const)("%s has a finite %s", (layer, role) => {
    for (const element of [NaN, Infinity, -Infinity]) {
      const message = `net, op 0 'layers.0' (${layer}): expected constant '${role}' between -Infinity and Infinity, got ${element}.`;
      expect(() => checkProgram(withElement(layer, role, element))).toThrow(message);
    }
  });

  test.each(["add", "mul"])("%s with a scale of which float32 makes infinities", (op) => {
    const message = (name: string, scale: number) =>
      `expected scale of '${name}' between ${2 ** -128} and ${2 ** 119}, got ${scale}.`;
    const of = (a: number, y: number) => () => {
      const net = new ProgramBuilder();
      const inputs = [net.input("a", { shape, scale: a }), net.input("b", { shape, scale: 1 })];
      checkProgram(net.build(net.op(op, inputs, { shape, scale: y })));
    };
    expect(of(1, 2 ** -128)).toThrow(message("layers.0", 2 ** -128));
    expect(of(2 ** 119, 1)).toThrow(message("a", 2 ** 119));
    expect(of(2 ** -127, 2 ** 118)).not.toThrow();
  });

  test.each<[string, number[], number[], string]>([
    [
      "product 0",
      [1e-30, 1, 1e-30],
      [0],
      "input scale · weight scale / output scale between 0 and Infinity, got 0",
    ],
    [
      "quotient 0",
      [1e-30, 1e30, 1],
      [0],
      "input scale · weight scale / output scale between 0 and Infinity, got 0",
    ],
    [
      "product infinite",
      [1e30, 1, 1e30],
      [0],
      "input scale · weight scale / output scale between 0 and Infinity, got Infinity",
    ],
    [
      "quotient infinite",
      [1e10, 1e-30, 1],
      [0],
      "input scale · weight scale / output scale between 0 and Infinity, got Infinity",
    ],
    [
      "bias infinite",
      [1e-20, 1, 1e-20],
      [1],
      "bias / (input scale · weight scale) between -Infinity and Infinity, got Infinity",
    ],
  ])("scales of which float32 makes a %s", (_, [input, output, weight], bias, message) => {
    const net = new ProgramBuilder();
    const x = net.input("x", { shape, scale: Math.fround(input) });
    const y = { shape: [-1, 1], scale: Math.fround(output) };
    const constants = {
      weight: ["qint8", [1, 2], int8s(1, 2)],
      weightScale: ["float32", [1], Float32Array.of(weight)],
      bias: ["float32", [1], Float32Array.from(bias)],
    } as const;
    expect(() => checkProgram(net.build(net.op("linear", [x], y, {}, constants)))).toThrow(
      `net, op 0 'layers.0' (linear): expected ${message}.`,
    );
  });

  test("a bias that is too large for another channel's scale is right", () => {
    const withBias = (...bias: number[]) => {
      const net = new ProgramBuilder();
      const constants = {
        weight: ["qint8", [2, 2], int8s(1, 4)],
        weightScale: ["float32", [2], Float32Array.of(1e-38, 1e-3)],
        bias: ["float32", [2], Float32Array.from(bias)],
      } as const;
      const x = net.input("x", { shape, scale: 1 });
      return net.build(net.op("linear", [x], { shape: [-1, 2], scale: 1 }, {}, constants));
    };
    checkProgram(withBias(0, 1e3));
    expect(() => checkProgram(withBias(1e3, 0))).toThrow("expected bias / (input scale · weight scale)");
  });

  test("zero points of weights are int8", () => {
    for (const element of [-129, 128, 2 ** 30])
      expect(() => checkProgram(withElement("linear", "weightZeroPoint", element))).toThrow(
        `constant 'weightZeroPoint' between -129 and 128, got ${element}.`,
      );
  });

  test("float layers take any floats, as in torch", () => checkProgram(programOf("floatLinear")));
});

test("a program of another format version is refused when it is checked and when it is written", () => {
  const newer = { ...programOf("linear"), formatVersion: 99 as 1 };
  const message =
    "net: expected a program of format version 1, got version 99.\nUpdate @octavo/runtime to read it.";
  for (const use of [checkProgram, encodeProgramFile]) expect(() => use(newer)).toThrow(message);
});
