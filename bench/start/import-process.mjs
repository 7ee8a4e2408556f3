// node import-process.mjs: milliseconds that the import of @octavo/runtime alone takes.
const start = performance.now();
await import("@octavo/runtime");
process.stdout.write(JSON.stringify({ ms: performance.now() - start }));
