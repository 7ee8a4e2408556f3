import { setFlagsFromString } from "node:v8";

// Node 24 now and then ends a process in which workers read TypeScript, which is WebAssembly calling JavaScript: "Check failed:
// jit_page_->allocations_.erase(addr) == 1", while it replaces a wrapper of such calls by a faster one, whose table all threads share
// (nodejs/node#64500). Tests do without faster wrappers.
if (Number.parseInt(process.versions.node) >= 22)
  setFlagsFromString("--wasm-wrapper-tiering-budget=1000000000");
