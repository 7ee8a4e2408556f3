import { describe, expect, it } from "vitest";
import { findDuplicateKey } from "./find-duplicate-key.ts";

const find = (json: string) => findDuplicateKey(json, JSON.parse(json) as object);

describe("findDuplicateKey", () => {
  it.each([
    ["{}", null],
    ['{"a":{"b":1,"c":[1,2]},"b":{"b":2}}', null],
    ['{"a":1,"a":2}', "a"],
    ['{"a":{"b":1,"b":1}}', "b"],
    // A deeper key, and elements of text and lists, which are none, must not make up for a lost one.
    ['{"a":{"x":{"y":1,"y":2}}}', "y"],
    ['{"t":"x","a":{},"a":{}}', "a"],
    ['{"t":[7],"a":{},"a":{}}', "a"],
    ['{"a":{"b":{"c":1}}}', null],
    // Colons, quotes, brackets and keys inside of strings.
    [String.raw`{"__metadata__":{"p":"{\"k\":1,\"k\":[2]}\\","q":":"}}`, null],
    [String.raw`{"\"a\"":1,"\"a\"":2}`, '"a"'],
    [String.raw`{"a":1,"\u0061":2}`, "a"],
  ])("%s: %j", (json, expected) => {
    expect(find(json)).toBe(expected);
  });
});
