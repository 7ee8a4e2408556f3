// Octavo in its own process: one network in one mode, a training step when asked.
import {
  allocatedBytes,
  CrossEntropyLoss,
  frame,
  fuseModulesQat,
  getDefaultQatQConfig,
  manualSeed,
  prepareQat,
  randn,
  resolve,
  SGD,
  tensor,
  zeros,
} from "octavo";
import { networks } from "../engines/networks.ts";
import { peakOf } from "../engines/peak.ts";
import { serve } from "../engines/serve.ts";
import { timedStep } from "../engines/timed-step.ts";

/** Of steps with one image before those that are timed: JavaScript is compiled by then, as in most of a real training. */
const warmUpMs = 5000;

let step: () => void;

await serve({
  prepare({ network, batch, mode }: { network: string; batch: number; mode: "float" | "qat" }) {
    manualSeed(0);
    const { build, image, classes } = networks[network];
    let model = build().train();
    if (mode === "qat") {
      model = fuseModulesQat(model, zeros([2, ...image])).model;
      model = prepareQat(model, { qconfig: getDefaultQatQConfig() });
    }
    const criterion = new CrossEntropyLoss();
    const optimizer = new SGD(model.parameters(), { lr: 0.01, momentum: 0.9 });
    const stepOf = (count: number) => {
      const images = randn([count, ...image]);
      const labels = tensor(
        Array.from({ length: count }, (_, i) => (i * 7) % classes),
        { dtype: "int64" },
      );
      return () => {
        optimizer.zeroGrad();
        frame(() => void criterion(model(images), labels).backward());
        optimizer.step();
      };
    };
    const warm = stepOf(1);
    for (const end = performance.now() + warmUpMs; performance.now() < end;) warm();
    step = stepOf(batch);
    return resolve("conv").name;
  },
  /** Milliseconds, those of all threads together, and bytes that the step took from the kernel provider beyond what it reused. */
  step() {
    const before = allocatedBytes();
    return { ...timedStep(step), allocated: allocatedBytes() - before };
  },
  finish: () => ({
    peak: peakOf(resolve("conv"), "float"),
    /** Bytes. */
    peakRss: process.resourceUsage().maxRSS * 1024,
  }),
});
