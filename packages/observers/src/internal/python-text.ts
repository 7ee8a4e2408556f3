/** A number as Python prints a float: `1.0`, `-0.25`, `1e-05`, `inf`. */
export function pythonFloat(x: number): string {
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
  const [digits, power] = x.toExponential().split("e");
  if (Number(power) >= -4 && Number(power) < 16) return Number.isInteger(x) ? x.toFixed(1) : String(x);
  return `${digits}e${power[0]}${power.slice(1).padStart(2, "0")}`;
}

const shownAtMost = 8;

/** One value per tensor (`axis` null) as `pythonFloat`; one per channel as `tensor([0.5, -1.25, … 64 in all])`. */
export function pythonTensor(values: Float32Array, axis: number | null): string {
  if (axis === null) return pythonFloat(values[0]);
  const shown = Array.from(values.subarray(0, shownAtMost), (x) => pythonFloat(Number(x.toPrecision(5))));
  if (values.length > shownAtMost) shown.push(`… ${values.length} in all`);
  return `tensor([${shown.join(", ")}])`;
}
