// Octavo in its own process: trains a network for some steps when asked, on batches that a loader prepares meanwhile, or that
// are there already.
import {
  compose,
  CrossEntropyLoss,
  DataLoader,
  frame,
  manualSeed,
  normalize,
  randomCrop,
  randomHorizontalFlip,
  resolve,
  SGD,
} from "octavo";
import type { Batch, ImageDataset } from "octavo";
import { networks } from "../engines/networks.ts";
import type { Network } from "../engines/networks.ts";
import { serve } from "../engines/serve.ts";
import type { EpochTimes, LoadingWork, Source } from "./loading-work.ts";

/** Bytes and labels without a meaning. */
function dataset(count: number, shape: Network["image"]): ImageDataset {
  const images = Uint8Array.from(
    { length: count * shape[0] * shape[1] * shape[2] },
    (_, i) => (i * 7919) >> 3,
  );
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
  return { images, labels, shape, classes: Array.from("0123456789") };
}

const transform = () => compose(randomCrop(4), randomHorizontalFlip(), normalize(0.45, 0.25));

/** One epoch; resolves to the batches one after the other. */
type Batches = () => AsyncIterable<Batch> | Iterable<Batch>;

let loader: DataLoader;
let train: (batch: Batch) => void;
let batches: Batches;

await serve({
  prepare({ network, batch, steps, source }: LoadingWork & { readonly source: Source }) {
    manualSeed(0);
    const { build, image } = networks[network];
    const workers = source === "ready" ? 0 : source;
    const options = { batchSize: batch, shuffle: true, transform: transform(), workers };
    loader = new DataLoader(dataset(steps * batch, image), options);
    if (source === "ready") {
      const ready: Batch[] = [];
      for (const { images, labels } of loader) ready.push({ images: images.keep(), labels: labels.keep() });
      batches = () => ready;
    } else {
      batches = () => loader;
    }
    const model = build().train();
    const criterion = new CrossEntropyLoss();
    const optimizer = new SGD(model.parameters(), { lr: 0.01, momentum: 0.9 });
    train = ({ images, labels }) => {
      optimizer.zeroGrad();
      frame(() => void criterion(model(images), labels).backward());
      optimizer.step();
    };
    return { isa: resolve("conv").name };
  },
  async epoch(): Promise<EpochTimes> {
    const start = performance.now();
    const usage = process.threadCpuUsage();
    for await (const batch of batches()) train(batch);
    const { user, system } = process.threadCpuUsage(usage);
    const ms = performance.now() - start;
    return { stepMs: ms / loader.length, cpuMs: (user + system) / 1000 / loader.length };
  },
  /** Milliseconds that a batch takes to be prepared, with nothing else to do. */
  load() {
    const start = performance.now();
    for (const _ of loader);
    return (performance.now() - start) / loader.length;
  },
});
