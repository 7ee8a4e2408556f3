/** Arguments of a kernel for an error message: `Float32Array(12), null, 0.5, [1, 3, 4]`. */
export function describeArguments(values: readonly unknown[]): string {
  return values.map(describe).join(", ");
}

function describe(value: unknown): string {
  if (ArrayBuffer.isView(value)) return `${value.constructor.name}(${(value as Uint8Array).length})`;
  if (typeof value === "object" && value !== null && "packed" in value) {
    return `[${(value.packed as Int32Array).join(", ")}]`;
  }
  return String(value);
}
