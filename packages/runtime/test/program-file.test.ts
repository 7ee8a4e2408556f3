import { loadKernels } from "@octavo/backend";
import { readSafetensors, writeSafetensors } from "@octavo/safetensors";
import type { StoredTensor } from "@octavo/safetensors";
import { FormatError } from "@octavo/spec";
import type { Program } from "@octavo/spec";
import * as fc from "fast-check";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import {
  decodeProgramFile,
  encodeProgramFile,
  load,
  loadProgram,
  saveProgram,
  Session,
} from "../src/index.ts";
import { shortenFloat } from "../src/internal/shorten-float.ts";
import { imageNetwork } from "./image-network.ts";
import { ProgramBuilder } from "./program-builder.ts";
import { floats, int8s, randomProgram } from "./random-program.ts";
import { smallProgram } from "./small-program.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "octavo-runtime-"));
  await loadKernels({ use: "reference" });
});
afterAll(() => rm(folder, { recursive: true }));

describe("saving and loading", () => {
  test("is the identity", () => {
    fc.assert(
      fc.property(randomProgram, (program) => {
        expect(decodeProgramFile(encodeProgramFile(program))).toEqual(program);
      }),
    );
  });

  test("through a file, and the session gives the same bits", async () => {
    const { program } = imageNetwork();
    const path = join(folder, "net.safetensors");
    await saveProgram(path, program);
    expect(await loadProgram(path)).toEqual(program);
    using loaded = await load(path);
    using original = new Session(program);
    const input = { data: floats(1, 2 * 784), shape: [2, 1, 28, 28] };
    expect(loaded.run(input)).toEqual(original.run(input));
  });

  test("a network of about 50 000 parameters takes less than 0.30 of its float file", () => {
    const { program, floatTensors } = imageNetwork();
    const floatFile = writeSafetensors(floatTensors);
    const parameters = floatTensors
      .filter(([name]) => !name.includes("running"))
      .reduce((sum, [, { data }]) => sum + data.length, 0);
    expect(parameters).toBeGreaterThan(45_000);
    expect(parameters).toBeLessThan(60_000);
    expect(encodeProgramFile(program).length / floatFile.length).toBeLessThan(0.295);
  });

  test("is a safetensors file that other tools can open", () => {
    const { tensors, metadata } = readSafetensors(encodeProgramFile(imageNetwork().program));
    expect(tensors.get("stem.weight")).toMatchObject({ dtype: "I8", shape: [16, 3, 3, 1] });
    expect(JSON.parse(metadata["octavo.program"]).formatVersion).toBe(1);
  });

  test("floats are written with as few digits as identify them", () => {
    fc.assert(
      fc.property(fc.float({ min: Math.fround(1e-45), noNaN: true, noDefaultInfinity: true }), (x) => {
        expect(Math.fround(shortenFloat(x))).toBe(x);
      }),
    );
    expect(shortenFloat(Math.fround(0.1))).toBe(0.1);
  });
});

describe("damaged files", () => {
  test("changed bytes give FormatError or a program that runs", () => {
    const bytes = encodeProgramFile(tiny());
    let refused = 0;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 2 }),
        (edits) => {
          const damaged = bytes.slice();
          for (const [at, value] of edits) damaged[at] = value;
          let program: Program;
          try {
            program = decodeProgramFile(damaged);
          } catch (error) {
            refused++;
            expect(error).toBeInstanceOf(FormatError);
            return;
          }
          using session = new Session(program);
          const { name } = session.inputs[0];
          const { shape } = session.inputs[0];
          const concrete = shape.map((size) => (size === -1 ? 1 : size));
          const length = concrete.reduce((a, b) => a * b, 1);
          if (length < 100_000)
            session.run({ [name]: { data: new Array<number>(length).fill(1), shape: concrete } });
        },
      ),
      { numRuns: 1000 },
    );
    expect(refused).toBeGreaterThan(300);
  });

  test("each truncation is refused", () => {
    const bytes = encodeProgramFile(tiny());
    for (let length = 0; length < bytes.length; length += 7) {
      expect(() => decodeProgramFile(bytes.subarray(0, length), "half.safetensors")).toThrow(FormatError);
    }
  });

  test("the file is named", async () => {
    const path = join(folder, "foreign.safetensors");
    await writeFile(path, writeSafetensors([["w", { dtype: "F32", shape: [1], data: new Float32Array(1) }]]));
    await expect(loadProgram(path)).rejects.toThrow(
      /foreign\.safetensors: expected a program, got a safetensors file without one.\nPrograms are written by saveProgram/,
    );
    await writeFile(path, "something else entirely");
    await expect(load(path)).rejects.toThrow(/foreign\.safetensors: expected a header/);
  });
});

describe("what is no program", () => {
  test("a model: the error says what makes a program of it", async () => {
    const model = Object.assign(() => 0, { forward: () => 0 });
    const message =
      "program: expected a Program, got a model.\nlower(model, exampleInputs) of @octavo/convert makes a program of it.";
    await expect(load(model as never)).rejects.toThrow(message);
    await expect(saveProgram(join(folder, "model"), model as never)).rejects.toThrow(message);
  });

  test("arguments of saveProgram in another order", async () => {
    const path = join(folder, "swapped");
    const save = (...given: unknown[]) => saveProgram(...(given as Parameters<typeof saveProgram>));
    for (const [given, got] of [
      [[smallProgram(), path], `a program, then ${JSON.stringify(path)}`],
      [[smallProgram()], "a program, then undefined"],
      [[path], `${JSON.stringify(path)}, then undefined`],
      [[undefined, smallProgram()], "undefined, then a program"],
    ] as const) {
      await expect(save(...given)).rejects.toThrow(
        `saveProgram: expected a path, then a program, got ${got}.\nsaveProgram(path, lower(model, exampleInputs))`,
      );
    }
  });

  const message =
    /^program: expected a Program, got \w+\.\nload also takes a path, an address or bytes \(await response\.arrayBuffer\(\)\)\. Await promises\.$/;

  test.each([[undefined], [null], [3], [{}]])("%j", async (given) => {
    await expect(load(given as never)).rejects.toThrow(message);
  });

  test.each([
    [new SharedArrayBuffer(8), "SharedArrayBuffer"],
    [new DataView(new ArrayBuffer(8)), "DataView"],
    [new Blob([]), "Blob"],
    [new Response(""), "Response"],
  ])("bytes in something else: %o", async (given, got) => {
    await expect(load(given as never)).rejects.toThrow(message);
    await expect(load(given as never)).rejects.toThrow(`got ${got}.`);
  });

  test("a promise of one, for what does not wait", () => {
    expect(() => new Session(Promise.resolve(tiny()) as never)).toThrow(message);
  });
});

/** x [N, 2] float32 → quantize → linear → dequantize. */
function tiny(): Program {
  const net = new ProgramBuilder();
  const x = net.input("x", { shape: [-1, 2], dtype: "float32" });
  const q = net.op("quantize", [x], { shape: [-1, 2], scale: 0.1, zeroPoint: 10 });
  const y = net.op(
    "linear",
    [q],
    { shape: [-1, 3], scale: 0.2, zeroPoint: 20 },
    { low: 20 },
    {
      weight: ["qint8", [3, 2], int8s(1, 6)],
      weightScale: ["float32", [3], Float32Array.of(0.1, 0.2, 0.3)],
      bias: ["float32", [3], Float32Array.of(1, 2, 3)],
    },
  );
  return net.build(net.op("dequantize", [y], { shape: [-1, 3], dtype: "float32" }));
}

/** The file of `tiny`, with its program's JSON changed. */
function edited(change: (json: any) => void): Uint8Array {
  const { tensors, metadata } = readSafetensors(encodeProgramFile(tiny()));
  const json = JSON.parse(metadata["octavo.program"]);
  change(json);
  return writeSafetensors(tensors as Map<string, StoredTensor>, { "octavo.program": JSON.stringify(json) });
}

describe("programs that are not right", () => {
  const cases: Record<string, [change: (json: any) => void, message: RegExp]> = {
    "a newer version": [
      (json) => (json.formatVersion = 2),
      /a program of format version 1, got version 2.\nUpdate @octavo\/runtime/,
    ],
    "no version": [(json) => delete json.formatVersion, /got version undefined/],
    "an op of a newer version": [
      (json) => (json.kinds[1][1] = 2),
      /op 1 'layers\.1' \(linear\): expected version 1 to 1 of the op, got version 2.\nUpdate/,
    ],
    "an unknown op": [
      (json) => (json.kinds[1][0] = "conv9d"),
      /expected an op among quantize, dequantize, conv, .* got conv9d/,
    ],
    "an op that is a word of JavaScript": [
      (json) => (json.kinds[1][0] = "constructor"),
      /expected an op among/,
    ],
    "ops out of order": [
      (json) => json.ops.reverse(),
      /input 2 to be made by an op before it, got none: ops out of order/,
    ],
    "a dangling input": [(json) => (json.ops[1][2] = [9]), /inputs of .* among the 4 values, got 9/],
    "a value made twice": [(json) => (json.ops[1][3] = [1]), /outputs that nothing else makes, got value 1/],
    "a value made by nobody": [
      (json) => json.values.push(["x", [1]]),
      /each value to be an input or made by an op, got value 4/,
    ],
    "a dangling output": [(json) => (json.outputs = [7]), /outputs among the 4 values, got 7/],
    "no outputs": [(json) => (json.outputs = []), /at least one output, got none/],
    "a missing constant": [
      (json) => (json.kinds[1][2] = "weight=absent"),
      /a constant 'absent' \(weight\) in the program, got none/,
    ],
    "a constant of another dtype": [
      (json) => (json.kinds[1][2] = "weight=layers.1.bias"),
      /constant 'weight' of dtype qint8, got float32/,
    ],
    "a constant of another size": [
      (json) => (json.values[2][1] = [-1, 4]),
      /'layers\.1' of shape \[-1,3\], got \[-1,4\]/,
    ],
    "an input of another size": [
      (json) => (json.values[1][1] = json.values[0][1] = [-1, 5]),
      /expected an input of 2 features, as the weight \[3,2\], got 5\./,
    ],
    "a constant that the op does not know": [
      (json) => json.kinds[1].push("beta=layers.1.bias"),
      /only attributes and constants that the op knows, got 'beta'/,
    ],
    "an attribute that the op does not know": [
      (json) => (json.ops[1][4].hihg = 3),
      /only attributes and constants that the op knows, got 'hihg'/,
    ],
    "an attribute out of range": [
      (json) => (json.ops[1][4].low = 300),
      /low ≤ high within 0 … 255, got low 300, high 255/,
    ],
    "an attribute of another type": [(json) => (json.ops[1][4].low = "zero"), /attribute low: an integer/],
    "a scale of 0": [(json) => (json.values[1][2][0] = 0), /a scale > 0 that is a float32, got 0/],
    "a zero point outside": [(json) => (json.values[1][2][1] = 256), /zeroPoint 256/],
    "no qparams": [
      (json) => (json.values[1] = [0, [-1, 2], 0, "quint8"]),
      /value 1 'layers\.0': expected qparams for quint8, got none/,
    ],
    "qparams of floats": [
      (json) => (json.values[0] = ["x", [-1, 2], [1, 0, 0, 9], "float32"]),
      /value 0 'x': expected no qparams for float32, got qparams/,
    ],
    "a kind that is not there": [(json) => (json.ops[1][0] = 3), /ops as saveProgram writes them, got \[3,/],
    "no name": [(json) => (json.name = 7), /name, inputs and outputs, got \{"name":7/],
    "an unknown dtype": [
      (json) => (json.values[0] = ["x", [-1, 2], 0, "float8"]),
      /a dtype among float32, .* got float8/,
    ],
    "an empty shape size": [(json) => (json.values[0][1] = [-1, 0]), /a shape of sizes ≥ 1/],
    "two batches": [(json) => (json.values[0][1] = [-1, -1]), /at most one of them −1/],
    "a huge shape": [(json) => (json.values[0][1] = [-1, 2 ** 31]), /fewer than 2\^31 elements/],
    "values that are no list": [(json) => (json.values = 3), /values as saveProgram writes them, got 3/],
    "an op that is no list": [
      (json) => (json.ops[1] = { op: "linear" }),
      /ops as saveProgram writes them, got \{"op":"linear"\}/,
    ],
  };
  test.each(Object.entries(cases))("%s", (_, [change, message]) => {
    const file = edited(change);
    expect(() => decodeProgramFile(file, "net.safetensors")).toThrow(FormatError);
    expect(() => decodeProgramFile(file, "net.safetensors")).toThrow(message);
    expect(() => decodeProgramFile(file, "net.safetensors")).toThrow(/^net\.safetensors/);
  });

  test("a file left as it was is right", () => {
    expect(decodeProgramFile(edited(() => {}))).toEqual(tiny());
  });

  test("saving checks too", () => {
    const program = { ...tiny(), outputs: [12] };
    expect(() => encodeProgramFile(program)).toThrow(/net: expected outputs among the 4 values, got 12/);
    const endless = new ProgramBuilder();
    const x = endless.input("x", { shape: [2], dtype: "float32" });
    const y = endless.op(
      "unary",
      [x],
      { shape: [2], dtype: "float32" },
      { operator: "clamp", alpha: 0, beta: Infinity },
    );
    expect(() => encodeProgramFile(endless.build(y))).toThrow(/a finite attribute beta, got Infinity/);
  });
});
