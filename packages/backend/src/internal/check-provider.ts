import type { KernelName, KernelProvider } from "@octavo/spec";

const specVersion: KernelProvider["specVersion"] = 1;

/** Kernels that share a private layout, so that one provider must have all or none of them. */
const inseparable: readonly (readonly KernelName[])[] = [
  ["convPackedBytes", "convPack", "packedConv"],
  ["quantizedConvPackedBytes", "quantizedConvPack", "quantizedConv"],
];

/** Why an opened provider cannot be used, or null. */
export function refusal(provider: KernelProvider): string | null {
  if (provider.specVersion !== specVersion) {
    const theirs = String(provider.specVersion);
    return `built for version ${theirs} of the kernel contract, @octavo/backend for ${specVersion}: install matching versions`;
  }
  for (const names of inseparable) {
    const missing = names.filter((name) => !provider.kernels[name]);
    if (missing.length > 0 && missing.length < names.length) {
      return `has only some of ${names.join(", ")}: not ${missing.join(", ")}`;
    }
  }
  return null;
}
