// Octavo in its own process: one network in one form, run when asked.
import { load, resolve } from "octavo";
import type { Session } from "octavo";
import { loweredProgram } from "../engines/lowered-program.ts";
import type { Form } from "../engines/lowered-program.ts";
import { peakOf } from "../engines/peak.ts";
import { serve } from "../engines/serve.ts";

let session: Session;
let dot: "float" | "int8";
let input: ReturnType<typeof loweredProgram>["input"];

await serve({
  async prepare({ network, form }: { network: string; form: Form }) {
    const lowered = loweredProgram(network, form);
    input = lowered.input;
    dot = form === "float" ? "float" : "int8";
    session = await load(lowered.program);
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
