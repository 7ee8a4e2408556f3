import { registrations } from "../../packages/kernels-wasm/src/index.ts";

/** Names of all WebAssembly modules that run in this engine; says why the others do not. */
export async function wasmProviders(): Promise<readonly string[]> {
  const names: string[] = [];
  for (const { name, open } of registrations) {
    const opened = await open();
    if ("provider" in opened) names.push(name);
    else console.log(`skipped ${name}: ${opened.unavailable}`);
  }
  return names;
}
