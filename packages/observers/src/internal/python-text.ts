/** A number as Python prints a float: `1.0`, `-0.25`, `inf`. */
export function pythonFloat(x: number): string {
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
  return Number.isInteger(x) && Math.abs(x) < 1e16 ? x.toFixed(1) : String(x);
}

const shownAtMost = 8;

/** One value per tensor (`axis` null) as `pythonFloat`; one per channel as `tensor([0.5, -1.25, … 64 in all])`. */
export function pythonTensor(values: Float32Array, axis: number | null): string {
  if (axis === null) return pythonFloat(values[0]);
  const shown = Array.from(values.subarray(0, shownAtMost), (x) => pythonFloat(Number(x.toPrecision(5))));
  if (values.length > shownAtMost) shown.push(`… ${values.length} in all`);
  return `tensor([${shown.join(", ")}])`;
}
