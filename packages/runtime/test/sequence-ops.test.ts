import { loadKernels } from "@octavo/backend";
import { FormatError } from "@octavo/spec";
import { beforeAll, describe, expect, it } from "vitest";
import { checkProgram, Session } from "../src/index.ts";
import { ProgramBuilder } from "./program-builder.ts";
import { floats, int8s } from "./random-program.ts";

beforeAll(() => loadKernels({ use: "reference" }));

const scales = ["float32", [4], Float32Array.of(1, 0.5, 2, 0.25)] as const;
const zeros = ["float32", [4], Float32Array.of(0, 1.5, 3, 15)] as const;

/** Two 4-bit integers in a byte: rows (1, 2), (3, 4), (5, 6) and (15, 0). */
function tableProgram(attributes: object, width = 2, dtype: "int32" | "float32" = "int32") {
  const net = new ProgramBuilder();
  const indices = net.input("indices", { shape: [-1], dtype });
  const constants = {
    weight: ["quint8", [4, 1], Uint8Array.of(0x21, 0x43, 0x65, 0x0f)],
    scale: scales,
    zeroPoint: zeros,
  } as const;
  const y = net.op(
    "embedding",
    [indices],
    { shape: [-1, width], dtype: "float32" },
    attributes as never,
    constants as never,
  );
  return net.build(y);
}

describe("embedding", () => {
  it("reads two integers from a byte, the first from the low half", () => {
    using session = new Session(tableProgram({ bits: 4 }));
    const { data } = session.run({ data: Int32Array.of(3, 1, 0), shape: [3] }) as { data: Float32Array };
    expect([...data]).toEqual([0, -3.75, 0.75, 1.25, 1, 2]);
  });

  it.each([
    ["another number of bits", () => tableProgram({ bits: 3 }), "attribute bits: an integer ≥ 4"],
    ["bits between", () => tableProgram({ bits: 5 }), "attribute bits: 4 or 8"],
    ["an output of another width", () => tableProgram({ bits: 4 }, 3), "of shape [-1,2]"],
    ["float indices", () => tableProgram({ bits: 4 }, 2, "float32"), "int32 or int64"],
  ])("refuses %s", (_, make, message) => {
    expect(() => checkProgram(make())).toThrow(FormatError);
    expect(() => checkProgram(make())).toThrow(message);
  });
});

interface Changes {
  readonly time?: number;
  readonly kind?: string;
  readonly slots?: number;
  readonly state?: readonly number[] | null;
  readonly hidden?: number;
}

function recurrentProgram({ kind = "gru", time = 5, slots = time, state = null, hidden = 3 }: Changes) {
  const net = new ProgramBuilder();
  const x = net.input("x", { shape: [-1, time, 2], dtype: "float32", memoryFormat: "contiguous" });
  const states = state ? [net.input("h", { shape: state, dtype: "float32" })] : [];
  const constants = {
    weightIh: ["qint8", [9, 2], int8s(1, 18)],
    weightIhScale: ["float32", [1], Float32Array.of(0.01)],
    weightHh: ["qint8", [9, hidden], int8s(2, 9 * hidden)],
    weightHhScale: ["float32", [9], floats(3, 9).map((value) => Math.abs(value) / 100)],
  } as const;
  const value = { shape: [-1, slots, 3], dtype: "float32", memoryFormat: "contiguous" } as const;
  return net.build(net.op("dynamicRecurrent", [x, ...states], value, { kind }, constants as never));
}

describe("dynamicRecurrent", () => {
  it("goes on from a state where the run before ended", () => {
    using all = new Session(recurrentProgram({ state: [-1, 3] }));
    const zero = { data: new Float32Array(3), shape: [1, 3] };
    using none = new Session(recurrentProgram({}));
    const x = { data: floats(5, 10), shape: [1, 5, 2] };
    const run = (session: Session, inputs: object) => [
      ...((Object.values(session.run(inputs as never))[0] as { data: Float32Array }).data as Float32Array),
    ];
    expect(run(all, { x, h: zero })).toEqual([...(none.run(x).data as Float32Array)]);
    expect(run(all, { x, h: { data: Float32Array.of(1, -1, 0.5), shape: [1, 3] } })).not.toEqual(
      run(all, { x, h: zero }),
    );
  });

  it.each<[string, Changes, string]>([
    ["an unknown kind", { kind: "lstn" }, "attribute kind: one of rnnTanh, rnnRelu, lstm, gru"],
    ["weights of another kind", { kind: "rnnTanh" }, "constant 'weightIh' of shape [3,2]"],
    ["an output that lacks times", { slots: 4 }, "of shape [-1,5,3]"],
    ["a state of another width", { state: [-1, 2] }, "of shape [-1,3]"],
    ["more times than can be recorded", { time: 2 ** 20 }, "at most 32768 times"],
    ["weights of another width", { hidden: 2 }, "constant 'weightIh' of shape [6,2]"],
  ])("refuses %s", (_, changes, message) => {
    expect(() => checkProgram(recurrentProgram(changes))).toThrow(message);
  });
});
