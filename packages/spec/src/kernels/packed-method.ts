/** Bytes at the beginning of what `quantizedConvPack` writes that say how the provider computes the convolution. */
export const packedHeaderBytes = 64;

/** Of the header: the method's name, filled up with zeros. */
const nameBytes = 32;

/** How a provider computes the convolution that these weights were packed for: `rows`, `depthwise`, … */
export function packedMethod(packed: Uint8Array): string {
  const name = packed.subarray(0, nameBytes);
  const end = name.indexOf(0);
  return String.fromCharCode(...(end < 0 ? name : name.subarray(0, end)));
}

/** For providers in TypeScript: writes the header. */
export function writePackedMethod(packed: Uint8Array, name: string): void {
  packed.fill(0, 0, packedHeaderBytes);
  for (let i = 0; i < Math.min(name.length, nameBytes); i++) packed[i] = name.charCodeAt(i);
}
