/** `0.1`, `1.0`, `1e-05`: a float as Python prints it. */
export function pythonFloat(x: number): string {
  if (x === 0) return Object.is(x, -0) ? "-0.0" : "0.0";
  const [digits, exponent] = x.toExponential().split("e");
  const power = Number(exponent);
  if (power < -4 || power >= 16) {
    return `${digits}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
  }
  const text = x.toString();
  return text.includes(".") ? text : `${text}.0`;
}

/** `True`, `None`, `3`, `(3, 3)`, `'same'`: other values as Python prints them. */
export function pythonValue(x: number | boolean | string | null | readonly (number | null)[]): string {
  if (x === null) return "None";
  if (typeof x === "boolean") return x ? "True" : "False";
  if (typeof x === "string") return `'${x}'`;
  if (typeof x === "number") return String(x);
  const items = x.map((item) => pythonValue(item));
  return items.length === 1 ? `(${items[0]},)` : `(${items.join(", ")})`;
}
