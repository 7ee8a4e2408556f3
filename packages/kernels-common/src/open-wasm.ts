import type { Opened } from "@octavo/spec";

import { wasmProvider } from "./wasm-provider.ts";

export interface WasmSource {
  /** The provider's name. */
  readonly name: string;
  /** For people. */
  readonly description: string;
  /** The `.wasm` file: beside the package's source in Node, wherever the bundler put it in a page. */
  readonly module: URL;
  /** What the module needs beside SIMD128 and this engine lacks, or null. */
  missing(): string | null;
}

/** Fetches, compiles and starts a WebAssembly module; says why if that is not possible here. */
export async function openWasm(source: WasmSource): Promise<Opened> {
  if (typeof WebAssembly === "undefined") return { unavailable: "this engine has no WebAssembly" };
  const missing = source.missing();
  if (missing !== null) return { unavailable: missing };
  let module: WebAssembly.Module;
  try {
    module =
      source.module.protocol === "file:"
        ? await compileFile(source.module)
        : await compileFetched(source.module);
  } catch (error) {
    return {
      unavailable: `${source.module.href} does not load: ${error instanceof Error ? error.message : String(error)}`,
      hint: "npm run setup makes it in a checkout; a page must serve it",
    };
  }
  return { provider: await wasmProvider(module, source.name, source.description) };
}

async function compileFile(url: URL): Promise<WebAssembly.Module> {
  // By getBuiltinModule, so that bundlers for browsers find no import of node:fs here.
  const { readFile } = process.getBuiltinModule("node:fs/promises");
  return WebAssembly.compile(await readFile(url));
}

/** While it downloads; from the whole file where the server does not say `application/wasm`. */
async function compileFetched(url: URL): Promise<WebAssembly.Module> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  if (response.headers.get("content-type") === "application/wasm")
    return WebAssembly.compileStreaming(response);
  return WebAssembly.compile(await response.arrayBuffer());
}
