// Octavo in its own process: one network in one form, run when asked.
import type { KernelProvider } from "@octavo/spec";
import { load, resolve } from "octavo";
import type { Session } from "octavo";
import { loweredProgram } from "../engines/lowered-program.ts";
import type { Form } from "../engines/lowered-program.ts";
import { peakOf } from "../engines/peak.ts";
import type { Dot } from "../engines/peak.ts";
import { serve } from "../engines/serve.ts";

let session: Session;
let provider: KernelProvider;
let input: ReturnType<typeof loweredProgram>["input"];

await serve({
  async prepare({ network, form }: { network: string; form: Form }) {
    const lowered = loweredProgram(network, form);
    input = lowered.input;
    session = await load(lowered.program);
    provider = resolve(form === "float" ? "packedConv" : "quantizedConv");
    return { isa: provider.name };
  },
  run() {
    const start = performance.now();
    session.run(input);
    return performance.now() - start;
  },
  peak: (dot: Dot) => peakOf(provider, dot),
  explain: () => session.explain(),
});
