// Octavo in its own process: one network in one form, run when asked.
import {
  convert,
  fuseModules,
  getDefaultQConfig,
  load,
  lower,
  manualSeed,
  noGrad,
  prepare,
  randn,
  resolve,
} from "octavo";
import type { Engine as QConfigName, Session } from "octavo";
import { networks } from "../engines/networks.ts";
import { peakOf } from "../engines/peak.ts";
import { serve } from "../engines/serve.ts";

let session: Session;
let dot: "float" | "int8";
const input = { data: new Float32Array(), shape: [] as readonly number[] };

await serve({
  /** `form` is float or the name of a qconfig. */
  async prepare({ network, form }: { network: string; form: "float" | QConfigName }) {
    manualSeed(0);
    const { build, image } = networks[network];
    const images = randn([1, ...image]);
    const { model: fused } = fuseModules(build().eval(), images);
    dot = form === "float" ? "float" : "int8";
    let model = fused;
    if (form !== "float") {
      const prepared = prepare(fused, { qconfig: getDefaultQConfig(form) });
      noGrad(() => void prepared(images));
      model = convert(prepared);
    }
    session = await load(lower(model, images));
    input.data = Float32Array.from(images.data as Float32Array);
    input.shape = images.shape;
    return { isa: resolve(dot === "float" ? "conv" : "quantizedConv").name };
  },
  run() {
    const start = performance.now();
    session.run(input);
    return performance.now() - start;
  },
  peak: () => peakOf(resolve(dot === "float" ? "conv" : "quantizedConv"), dot),
  explain: () => session.explain(),
});
