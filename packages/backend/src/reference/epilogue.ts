import { roundingShift } from "./rounding-shift.ts";

/** What is applied to each element before it is stored, and the gradient of the element before it. */
interface Epilogue {
  apply(value: number): number;
  gradient(value: number, dy: number): number;
}

const { fround } = Math;
const nothing: Epilogue = { apply: (value) => value, gradient: (_value, dy) => dy };

/** Of `[low, high]`, where a NaN is no bound, or `[low, high, scale, zeroPoint, quantMin, quantMax]`; null is none. */
export function epilogueOf(values: Float32Array | null): Epilogue {
  if (!values) return nothing;
  const [low, high] = values;
  const clamp: Epilogue = {
    apply: (value) => (value < low ? low : value > high ? high : value),
    gradient: (value, dy) => (value <= low || value >= high ? 0 : dy),
  };
  return values.length === 2 ? clamp : quantizing(clamp, values);
}

/** docs/numerics.md, "Fake quantize". */
function quantizing(clamp: Epilogue, [, , scale, zeroPoint, quantMin, quantMax]: Float32Array): Epilogue {
  const inverse = fround(1 / scale);
  const integerOf = (value: number) => {
    const scaled = fround(value * inverse);
    return scaled === scaled ? scaled + roundingShift - roundingShift + zeroPoint : zeroPoint;
  };
  return {
    apply(value) {
      const integer = integerOf(clamp.apply(value));
      return fround(Math.min(Math.max(integer, quantMin), quantMax) - zeroPoint) * scale;
    },
    gradient(value, dy) {
      const integer = integerOf(clamp.apply(value));
      return clamp.gradient(value, integer >= quantMin && integer <= quantMax ? dy : 0);
    },
  };
}
