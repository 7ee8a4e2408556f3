import { existsSync } from "node:fs";
import { loadCheckpoint, saveCheckpoint } from "octavo";
import type { CheckpointParts, Stateful } from "octavo";
import { ArgumentError } from "@octavo/spec";
import type { Training } from "./train.ts";

/** Steps between checkpoints, about a second of work: saving takes milliseconds. */
const interval = 50;

/** Saves a training as it goes. Without a file both do nothing. */
export interface Resumable {
  after(step: number): Promise<void>;
  end(): Promise<void>;
}

/** Brings the parts to where the checkpoint left them, if there is one. @throws ArgumentError for one of another training. */
export async function resumable(training: Training, parts: CheckpointParts): Promise<Resumable> {
  const { checkpoint: file } = training;
  if (!file) return { after: async () => {}, end: async () => {} };
  const all = { training: sameTraining(training, file), ...parts };
  if (existsSync(file)) await loadCheckpoint(file, all);
  return {
    after: async (step) => {
      if (step % interval === 0) await saveCheckpoint(file, all);
    },
    end: () => saveCheckpoint(file, all),
  };
}

/** What a training is told is saved with it, and must be the same. */
function sameTraining({ name, epochs, batchSize, learningRate, seed }: Training, file: string): Stateful {
  const told: Readonly<Record<string, unknown>> = { name, epochs, batchSize, learningRate, seed };
  const text = (options: object) =>
    Object.entries(options)
      .map(([option, value]) => `${option} ${value}`)
      .join(", ");
  return {
    stateDict: () => told,
    loadStateDict: (saved: object) => {
      if (text(saved) === text(told)) return;
      const hint = "Use the options of that run, or another folder.";
      throw new ArgumentError({ where: file, expected: text(told), got: text(saved), hint });
    },
  };
}
