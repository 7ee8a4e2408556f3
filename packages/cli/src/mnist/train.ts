import { setImmediate } from "node:timers/promises";
import { AnomalyError, CrossEntropyLoss, DataLoader, detectAnomaly, frame, OneCycleLR, SGD } from "octavo";
import type { ImageDataset, Module, Tensor } from "octavo";
import { OctavoError } from "@octavo/spec";
import { progress } from "../progress.ts";
import { resumable } from "./resumable.ts";

/** One run of stochastic gradient descent. */
export interface Training {
  /** Names the step in progress and errors: `QAT`. */
  readonly name: string;
  readonly epochs: number;
  readonly batchSize: number;
  /** Reached after a warm-up, then falling to nearly 0 along a cosine. */
  readonly learningRate: number;
  readonly seed: number;
  /** Called before each step with the share of the work that is done, 0 … 1. */
  readonly before?: (done: number) => void;
  /** File that the training goes on from, if it is there, and is saved to as it goes. */
  readonly checkpoint?: string;
}

/**
 * Trains a classifier by SGD with momentum; the learning rate makes one cycle. Between steps the event loop turns, so that
 * Ctrl-C is heard.
 *
 * @throws OctavoError as soon as the loss is not finite or a range explodes: names the step and the module
 */
export async function train(
  model: Module<[Tensor], Tensor>,
  images: ImageDataset,
  training: Training,
): Promise<void> {
  const { name, epochs, batchSize, learningRate, seed, before } = training;
  const loader = new DataLoader(images, { batchSize, shuffle: true, dropLast: true, seed });
  const optimizer = new SGD(model.parameters(), {
    lr: learningRate,
    momentum: 0.9,
    nesterov: true,
    weightDecay: 1e-4,
  });
  const steps = epochs * loader.length;
  const schedule = new OneCycleLR(optimizer, learningRate, { totalSteps: steps, cycleMomentum: false });
  const criterion = new CrossEntropyLoss({ labelSmoothing: 0.05 });
  const recent = smoothed();
  const checkpoint = await resumable(training, { model, optimizer, schedule, loader });
  const shown = progress(name, steps * batchSize, process.stderr, schedule.lastEpoch * batchSize);
  model.train();
  before?.(schedule.lastEpoch / steps);
  try {
    while (loader.epoch < epochs) {
      for (const { images, labels } of loader) {
        before?.(schedule.lastEpoch / steps);
        const backward = () =>
          frame(() => {
            const loss = criterion(model(images), labels);
            loss.backward();
            return loss.item();
          });
        const step = schedule.lastEpoch + 1;
        const loss = watched(backward, `${name}, epoch ${loader.epoch}, step ${step}`, step % 100 === 1);
        optimizer.step();
        optimizer.zeroGrad();
        schedule.step();
        shown.update(schedule.lastEpoch * batchSize, recent(loss));
        await checkpoint.after(schedule.lastEpoch);
        await setImmediate();
      }
    }
    await checkpoint.end();
  } finally {
    shown.stop();
  }
}

/** Moving average of the last twenty or so losses. */
function smoothed(): (loss: number) => number {
  let average: number | null = null;
  return (loss) => (average = average === null ? loss : average + 0.05 * (loss - average));
}

/** Ranges beyond this are an explosion: no network whose activations are to fit 8 bits comes near. */
const largest = 1e6;

/**
 * The loss of a step. Where it is not finite, the step is looked through for the module in which that began; so it is from
 * time to time (`look`), for ranges that explode behind a batch norm.
 */
function watched(step: () => number, where: string, look: boolean): number {
  const loss = look ? named(where, step) : step();
  if (Number.isFinite(loss)) return loss;
  named(where, step);
  throw new OctavoError({ where, expected: "a finite loss", got: String(loss), hint: diverged });
}

const diverged = "Training diverged. Try another --seed or a larger --batch-size.";

/** Runs a step under `detectAnomaly`; what it finds is said with the step. */
function named(where: string, step: () => number): number {
  try {
    return detectAnomaly(step, { limit: largest });
  } catch (cause) {
    if (!(cause instanceof AnomalyError)) throw cause;
    const { expected, got } = cause;
    throw new OctavoError({ where: `${where}, ${cause.where}`, expected, got, hint: diverged, cause });
  }
}
