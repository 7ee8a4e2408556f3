import { writeFile, writeSafetensors } from "@octavo/safetensors";
import type { StoredTensor } from "@octavo/safetensors";
import { defaultGenerator } from "@octavo/tensor";

import { encodeState } from "../internal/encode-state.ts";
import { checkpointFormat, checkpointVersion } from "../internal/checkpoint-format.ts";
import { requireParts } from "../internal/require-parts.ts";
import type { CheckpointParts } from "./stateful.ts";

/**
 * Writes all that a training run needs to go on as if it had never stopped: the state of each part, and that of the default
 * random generator. State is taken before the call returns, so training may go on while the file is written (Node).
 *
 * The file is a safetensors file, written all or not at all: a run that is killed, or a disk that is full, leaves the
 * checkpoint before.
 *
 * ```ts ignore
 * await saveCheckpoint("run.safetensors", { model, optimizer, schedule, loader });
 * ```
 *
 * What no part knows is not in it: a generator of your own is a part of its own, and switches outside the state dict
 * (`train()`, `freezeBnStats`) are for the program to set again, as in torch.
 *
 * @throws ArgumentError for a part without `stateDict`, for state that is no data, or if the file cannot be written.
 */
export async function saveCheckpoint(path: string | URL, parts: CheckpointParts): Promise<void> {
  requireParts("saveCheckpoint", parts);
  const tensors = new Map<string, StoredTensor>();
  const states = Object.entries(parts).map(([name, part]) => [
    name,
    encodeState(part.stateDict(), name, tensors),
  ]);
  const bytes = writeSafetensors(tensors, {
    format: checkpointFormat,
    version: checkpointVersion,
    parts: JSON.stringify(Object.fromEntries(states)),
    random: JSON.stringify(encodeState(defaultGenerator.stateDict(), "random", tensors)),
  });
  await writeFile(path, bytes);
}
