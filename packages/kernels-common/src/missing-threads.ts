/** What threads in WebAssembly need and this environment lacks, or null: memory that workers share. */
export function missingThreads(): string | null {
  if ((globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === false) {
    return (
      "this page is not cross-origin isolated: serve it with the headers " +
      "Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp"
    );
  }
  return typeof SharedArrayBuffer === "undefined" ? "this engine has no SharedArrayBuffer" : null;
}
