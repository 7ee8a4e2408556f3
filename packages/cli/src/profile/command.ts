import { defineCommand } from "../command.ts";
import { integer, optionalInteger, optionalText } from "../option.ts";

/** Where the time of a program goes. What it runs is imported when it runs, so that help and wrong options answer at once. */
export const profile = defineCommand({
  summary: "Runs a program and prints the time of each op: kernel, milliseconds, GMAC/s, share.",
  options: {
    program: optionalText("a file that saveProgram wrote", "<file>", "it must be given"),
    batch: integer("examples at once", 1, 1),
    runs: integer("runs, of which each op's fastest counts", 20, 1),
    kernels: optionalText(
      "reference, wasm, native, or a provider's name",
      "<name>",
      "the fastest that run here",
    ),
    threads: optionalInteger("threads of the kernels", 1, "one per core"),
  },
  run: async (values) => (await import("./run-profile.ts")).runProfile(values),
});
