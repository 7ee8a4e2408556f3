import { DataLoader } from "@octavo/data";
import type { ImageDataset } from "@octavo/data";
import type { Program } from "@octavo/spec";
import { convert, frame, getDefaultQConfig, lower, noGrad, prepare, zeros } from "octavo";
import type { Engine, Module, Tensor } from "octavo";

export interface Calibration {
  /** Training images, of which some calibrate. */
  readonly images: ImageDataset;
  /** Default 10. */
  readonly batches?: number;
  /** Default 64. */
  readonly batchSize?: number;
  readonly seed: number;
}

/** Post-training quantization of a fused float network: prepare, show it some images, convert, lower. */
export function quantizeAfterTraining(
  fused: Module<[Tensor], Tensor>,
  engine: Engine,
  { images, batches = 10, batchSize = 64, seed }: Calibration,
): Program {
  const prepared = prepare(fused, { qconfig: getDefaultQConfig(engine) });
  let seen = 0;
  for (const { images: batch } of new DataLoader(images, { batchSize, shuffle: true, seed })) {
    noGrad(() => frame(() => void prepared(batch)));
    seen += 1;
    if (seen === batches) break;
  }
  return lower(convert(prepared), zeros([2, ...images.shape]), { name: "mnist-ptq" });
}
