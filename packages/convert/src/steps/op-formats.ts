import type { MemoryFormat } from "@octavo/spec";
import { leadingInput } from "../internal/leading-input.ts";

/** Formats that the runtime insists on for ops that quantized modules and functions run; the others take what comes, all inputs alike. */
const formats: Readonly<Record<string, MemoryFormat | undefined>> = {
  conv: "channelsLast",
  convTranspose: "channelsLast",
  maxPool: "channelsLast",
  avgPool: "channelsLast",
  resample: "channelsLast",
  channelLookup: "channelsLast",
  linear: "contiguous",
  dynamicConv: "channelsLast",
  dynamicLinear: "contiguous",
  dynamicRecurrent: "contiguous",
  embedding: "contiguous",
};

/** The format that an op of the runtime has for its inputs and its output, whatever comes; undefined: that of its leading input. */
export function requiredFormat(op: string): MemoryFormat | undefined {
  return formats[op];
}

/**
 * The same for the inputs that came. The output's must not be read off an input's: a map of 1 × 1 is contiguous by name, in
 * either format, and what an op makes of it may be larger.
 */
export function formatFor(
  op: string,
  inputs: readonly { readonly shape: readonly number[]; readonly memoryFormat: MemoryFormat }[],
): MemoryFormat {
  return requiredFormat(op) ?? leadingInput(inputs).memoryFormat;
}
