import type { Engine } from "octavo";

/** What the job is told. */
export interface Settings {
  readonly epochs: number;
  readonly qatEpochs: number;
  readonly batchSize: number;
  readonly engine: Engine;
  readonly seed: number;
  /** Folder for the models; made if it is not there. */
  readonly out: string;
  /** Folder for checkpoints of training, which goes on from those that are there; "" for none. */
  readonly checkpoint: string;
}
