/**
 * Run by `resume.test.ts`, which kills it: a small quantization-aware training that goes on from its checkpoint, if there is
 * one, and writes what it ends in. Arguments: the checkpoint, the file of the end.
 */
import { existsSync } from "node:fs";
import { compose, DataLoader, loadCheckpoint, normalize, saveCheckpoint } from "@octavo/data";
import { randomCrop, randomHorizontalFlip } from "@octavo/data";
import { fuseModulesQat } from "@octavo/fusion";
import { BatchNorm2d, Conv2d, CrossEntropyLoss, Dropout, Flatten, Linear } from "@octavo/nn";
import { OneCycleLR, ReLU, Sequential, SGD } from "@octavo/nn";
import { getDefaultQatQConfig, prepareQat } from "@octavo/qat";
import { frame, manualSeed, zeros } from "@octavo/tensor";

const [checkpoint, end] = process.argv.slice(2);
const epochs = 30;
const size = 6;
const dataset = {
  images: Uint8Array.from({ length: 40 * size * size }, (_, i) => (i * i * 7 + (i >> 3)) % 256),
  labels: Uint8Array.from({ length: 40 }, (_, i) => i % 3),
  shape: [1, size, size],
  classes: ["a", "b", "c"],
} as const;

manualSeed(5);
const net = new Sequential(
  new Conv2d(1, 4, 3),
  new BatchNorm2d(4),
  new ReLU(),
  new Dropout(0.2),
  new Flatten(),
  new Linear(4 * (size - 2) ** 2, 3),
);
const { model: fused } = fuseModulesQat(net.train(), zeros([2, ...dataset.shape]));
const model = prepareQat(fused, { qconfig: getDefaultQatQConfig("octavo") });
const transform = compose(randomCrop(1), randomHorizontalFlip(), normalize(0.5, 0.25));
const loader = new DataLoader(dataset, { batchSize: 4, shuffle: true, seed: 3, transform });
const optimizer = new SGD(model.parameters(), { lr: 0.1, momentum: 0.9, nesterov: true });
const schedule = new OneCycleLR(optimizer, 0.1, { totalSteps: epochs * loader.length });
const criterion = new CrossEntropyLoss();
const parts = { model, optimizer, schedule, loader };

if (existsSync(checkpoint)) await loadCheckpoint(checkpoint, parts);
console.log(`step ${schedule.lastEpoch}`);
model.train();
while (loader.epoch < epochs) {
  for (const { images, labels } of loader) {
    frame(() => criterion(model(images), labels).backward());
    optimizer.step();
    optimizer.zeroGrad();
    schedule.step();
    if (schedule.lastEpoch % 2 === 0) await saveCheckpoint(checkpoint, parts);
  }
}
await saveCheckpoint(end, parts);
