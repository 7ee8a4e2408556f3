/** Where the operands and results lie in its memory, and how long it is: byte offsets. */
export const places = {
  weights: 0,
  activations: 16,
  sums: 32,
  dot: 48,
  pairs: 64,
  factors: 80,
  terms: 96,
  multiplyAdd: 112,
} as const;

const local = { load: 0x00, store: 0x0b };
const relaxed = { multiplyAdd: 0x85, pairs: 0x92, dot: 0x93 };

/** v128.load of address 0 + place. */
const load = (place: number) => [0x41, 0, 0xfd, local.load, 4, place];
/** v128.store of what an instruction makes of its operands; numbers of relaxed ones have two bytes. */
const store = (place: number, instruction: number, ...operands: number[]) => [
  ...[0x41, 0, ...operands.flatMap(load)],
  ...[0xfd, instruction, 2],
  ...[0xfd, local.store, 4, place],
];

const { weights, activations, sums, factors, terms } = places;
const body = [
  0,
  ...store(places.dot, relaxed.dot, weights, activations, sums),
  ...store(places.pairs, relaxed.pairs, weights, activations),
  ...store(places.multiplyAdd, relaxed.multiplyAdd, factors, terms, terms),
  0x0b,
];

/** A WebAssembly module of one page of memory, `m`, and a function `f` that runs each of the instructions once. */
export const relaxedProgram: Uint8Array<ArrayBuffer> = Uint8Array.from([
  ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  // Types: () → (). Functions, memories, exports, code.
  ...[1, 4, 1, 0x60, 0, 0],
  ...[3, 2, 1, 0],
  ...[5, 3, 1, 0, 1],
  ...[7, 9, 2, 1, 0x6d, 2, 0, 1, 0x66, 0, 0],
  ...[10, body.length + 2, 1, body.length, ...body],
]);
