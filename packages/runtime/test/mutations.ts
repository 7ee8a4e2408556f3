import { RandomValues } from "@octavo/testing";

/** A file that is damaged in one of many ways; the same for the same seed. */
export function mutated(file: Uint8Array, seed: number): Uint8Array {
  const random = new RandomValues(seed);
  return random.pick(mutations)(file, random);
}

type Mutation = (file: Uint8Array, random: RandomValues) => Uint8Array;
type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const mutations: readonly Mutation[] = [
  changeBytes,
  changeSize,
  changeHeader,
  changeHeader,
  changeProgram,
  changeProgram,
  changeProgram,
  changeProgram,
];

/** Up to eight bytes, mostly of the header. */
function changeBytes(file: Uint8Array, random: RandomValues): Uint8Array {
  const result = file.slice();
  const end = random.next() < 0.8 ? Math.min(file.length, dataStart(file)) : file.length;
  for (let i = random.integer(1, 8); i > 0; i--) result[random.integer(0, end - 1)] = random.integer(0, 255);
  return result;
}

/** Cut off, longer, or with bytes put in or left out in the middle. */
function changeSize(file: Uint8Array, random: RandomValues): Uint8Array {
  const at = random.integer(0, file.length);
  const count = random.integer(1, 64);
  const noise = Uint8Array.from({ length: count }, () => random.integer(0, 255));
  const ways = [
    () => file.slice(0, at),
    () => concatenated(file, noise),
    () => concatenated(file.subarray(0, at), noise, file.subarray(at)),
    () => concatenated(file.subarray(0, at), file.subarray(Math.min(file.length, at + count))),
  ];
  return random.pick(ways)();
}

/** Names, dtypes, shapes and offsets of the constants. */
function changeHeader(file: Uint8Array, random: RandomValues): Uint8Array {
  const header = headerOf(file);
  return withHeader(file, changeSome(header, random) as { [key: string]: Json });
}

/** Values, ops and attributes: the JSON in the metadata. */
function changeProgram(file: Uint8Array, random: RandomValues): Uint8Array {
  const header = headerOf(file) as { __metadata__: Record<string, string> };
  const [[key, program]] = Object.entries(header.__metadata__);
  const changed = JSON.stringify(changeSome(JSON.parse(program) as Json, random));
  return withHeader(file, { ...header, __metadata__: { [key]: changed } });
}

/** One to three places of a tree. */
function changeSome(tree: Json, random: RandomValues): Json {
  let result = tree;
  for (let i = random.integer(1, 3); i > 0; i--) result = changeOne(result, random, strings(result, []));
  return result;
}

/** The deeper, the likelier that it is this node that changes. */
function changeOne(tree: Json, random: RandomValues, words: readonly string[]): Json {
  const isBranch = typeof tree === "object" && tree !== null && Object.keys(tree).length > 0;
  if (!isBranch || random.next() < 0.06) return other(tree, random, words);
  const key = random.pick(Object.keys(tree));
  if (Array.isArray(tree)) return tree.with(Number(key), changeOne(tree[Number(key)], random, words));
  if (random.next() < 0.05) {
    const { [key]: value, ...rest } = tree;
    return { ...rest, [random.pick(words)]: value };
  }
  return { ...tree, [key]: changeOne(tree[key], random, words) };
}

const numbers = [
  -1,
  0,
  1,
  2,
  3,
  4,
  5,
  7,
  8,
  16,
  100,
  127,
  128,
  255,
  256,
  65535,
  65536,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  -128,
  -129,
  -(2 ** 31),
  0.5,
  1e-45,
  1e-30,
  1e30,
  3.4e38,
  1e308,
];

function other(value: Json, random: RandomValues, words: readonly string[]): Json {
  if (random.next() < 0.05) return random.pick<Json>([null, true, "", [], {}, 0, "conv"]);
  if (typeof value === "number") {
    const near = () => value + random.pick([-2, -1, 1, 2]);
    return random.pick([near, near, () => random.pick(numbers), () => -value, () => value * 2])();
  }
  if (typeof value === "string") return random.pick(words);
  if (typeof value === "boolean") return !value;
  if (!Array.isArray(value)) return random.pick<Json>([null, 0, {}, value]);
  const at = random.integer(0, value.length);
  const one = value[Math.min(at, value.length - 1)] ?? 0;
  return random.pick([
    () => value.toSpliced(at, 1),
    () => value.toSpliced(at, 0, one),
    () => value.toReversed(),
    () => [],
  ])();
}

/** All strings and keys of a tree. */
function strings(tree: Json, found: string[]): string[] {
  if (typeof tree === "string") found.push(tree);
  if (typeof tree !== "object" || tree === null) return found.length > 0 ? found : [""];
  if (!Array.isArray(tree)) found.push(...Object.keys(tree));
  for (const child of Object.values(tree)) strings(child, found);
  return found.length > 0 ? found : [""];
}

function dataStart(file: Uint8Array): number {
  return 8 + Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
}

function headerOf(file: Uint8Array): { [key: string]: Json } {
  return JSON.parse(new TextDecoder().decode(file.subarray(8, dataStart(file)))) as { [key: string]: Json };
}

function withHeader(file: Uint8Array, header: { [key: string]: Json }): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(json.length), true);
  return concatenated(length, json, file.subarray(dataStart(file)));
}

function concatenated(...parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}
