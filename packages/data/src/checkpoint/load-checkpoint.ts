import { describeSource, loadSafetensors } from "@octavo/safetensors";
import type { ByteSource } from "@octavo/safetensors";
import { FormatError } from "@octavo/spec";
import { defaultGenerator } from "@octavo/tensor";

import { checkpointFormat, checkpointVersion } from "../internal/checkpoint-format.ts";
import { decodeState } from "../internal/decode-state.ts";
import { fromStored } from "../internal/from-stored.ts";
import { requireParts } from "../internal/require-parts.ts";
import type { CheckpointParts } from "./stateful.ts";

/**
 * Brings the parts of a run, and the default random generator, to the state that `saveCheckpoint` wrote. The parts are made
 * by the same program as then; what they are called must agree.
 *
 * @param source a path (Node), an address or bytes.
 * @throws ArgumentError if it cannot be read. @throws FormatError for a file that is truncated, no checkpoint, of another
 * version, or of other parts. What a part itself throws for a state that does not fit (another network, another batch size)
 * goes on to the caller; the parts before it are loaded then.
 */
export async function loadCheckpoint(source: ByteSource, parts: CheckpointParts): Promise<void> {
  requireParts("loadCheckpoint", parts);
  const where = describeSource(source);
  const { tensors: stored, metadata } = await loadSafetensors(source);
  requireFormat(metadata, where);
  const tensors = new Map([...stored].map(([name, x]) => [name, fromStored(name, x, where)]));
  const states = decodeState(metadata.parts, tensors, where) as Record<string, unknown>;
  const random = decodeState(metadata.random, tensors, where);
  requireSameNames(Object.keys(parts), Object.keys(states ?? {}), where);
  for (const [name, part] of Object.entries(parts)) part.loadStateDict(states[name]);
  defaultGenerator.loadStateDict(random as never);
}

function requireFormat({ format, version }: Readonly<Record<string, string>>, where: string): void {
  if (format === checkpointFormat && version === checkpointVersion) return;
  const isCheckpoint = format === checkpointFormat;
  throw new FormatError({
    where,
    expected: `a checkpoint, version ${checkpointVersion}`,
    got: isCheckpoint ? `version ${version}` : "a safetensors file that saveCheckpoint did not write",
    hint: isCheckpoint ? "Another version of Octavo wrote it." : "Read tensors alone with loadTensors.",
  });
}

function requireSameNames(wanted: readonly string[], found: readonly string[], where: string): void {
  const list = (names: readonly string[]) => [...names].sort().join(", ");
  if (list(wanted) === list(found)) return;
  throw new FormatError({
    where,
    expected: `a checkpoint of ${list(wanted)}`,
    got: `one of ${list(found)}`,
    hint: "Give the parts that saveCheckpoint was given, under the same names.",
  });
}
