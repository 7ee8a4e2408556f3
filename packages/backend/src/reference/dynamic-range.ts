const { fround: fl, abs } = Math;

/** Smallest scale: 6.1e-5 in float32. */
const floor = fl(6.1e-5);

/**
 * Scale and zero point (0 … quantMax) for values from `smallest` to `largest` that are quantized for one call, as torch
 * chooses them: `ChooseQuantizationParams` of aten/src/ATen/native/quantized/cpu/QuantUtils.h. docs/numerics.md.
 */
export function dynamicRange(
  smallest: number,
  largest: number,
  quantMax: number,
): { scale: number; zeroPoint: number } {
  let [low, high] = [Math.min(smallest, 0), Math.max(largest, 0)];
  let scale = (high - low) / quantMax;
  if (fl(scale) === 0 || fl(1 / fl(scale)) === Infinity) scale = 0.1;
  if (scale < floor) {
    const amplifier = fl(floor / fl(scale));
    scale = floor;
    if (low === 0) high = fl(floor * quantMax);
    else if (high === 0) low = fl(-floor * quantMax);
    else [low, high] = [fl(low * amplifier), fl(high * amplifier)];
  }
  const [below, above] = [low / scale, high / scale];
  // The end whose integer is known better.
  const zero = -abs(below) < quantMax - abs(above) ? -below : quantMax - above;
  const clamped = zero > 0 ? Math.min(zero, quantMax) : 0;
  const even = 2 * Math.round(clamped / 2);
  return { scale: fl(scale), zeroPoint: abs(clamped % 1) === 0.5 ? even : Math.round(clamped) };
}
