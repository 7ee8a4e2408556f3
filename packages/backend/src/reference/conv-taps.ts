import type { ConvShape } from "@octavo/spec";

/**
 * The pairs (kernel tap, position on the other side) that meet at one position of a convolution. Positions outside the
 * input are left out: they count as zero. Reused from position to position, so that nothing is allocated.
 */
export interface ConvTaps {
  count: number;
  /** Index into the kernel's D·H·W. */
  readonly tap: Int32Array;
  /** Index into D·H·W of the input (for an output position) or of the output (for an input position). */
  readonly position: Int32Array;
}

export function convTaps(shape: ConvShape): ConvTaps {
  const taps = volume(shape.kernel);
  return { count: 0, tap: new Int32Array(taps), position: new Int32Array(taps) };
}

export function volume([depth, height, width]: readonly [number, number, number]): number {
  return depth * height * width;
}

/** Numbers that every loop over a convolution needs. */
export function convCounts({ inChannels, outChannels, groups, inSize, outSize, kernel }: ConvShape) {
  return {
    /** Input and output channels of one group. */
    perGroup: inChannels / groups,
    outPerGroup: outChannels / groups,
    inVolume: volume(inSize),
    outVolume: volume(outSize),
    kernelVolume: volume(kernel),
  };
}

/** The input positions that output position `index` (in D·H·W) reads. */
export function tapsOfOutput(shape: ConvShape, index: number, taps: ConvTaps): void {
  const { kernel, stride, padding, dilation, inSize, outSize } = shape;
  const width = index % outSize[2];
  const height = ((index - width) / outSize[2]) % outSize[1];
  const depth = (index - width - height * outSize[2]) / (outSize[1] * outSize[2]);
  let count = 0;
  for (let kd = 0; kd < kernel[0]; kd++) {
    const d = depth * stride[0] - padding[0] + kd * dilation[0];
    if (d < 0 || d >= inSize[0]) continue;
    for (let kh = 0; kh < kernel[1]; kh++) {
      const h = height * stride[1] - padding[1] + kh * dilation[1];
      if (h < 0 || h >= inSize[1]) continue;
      for (let kw = 0; kw < kernel[2]; kw++) {
        const w = width * stride[2] - padding[2] + kw * dilation[2];
        if (w < 0 || w >= inSize[2]) continue;
        taps.tap[count] = (kd * kernel[1] + kh) * kernel[2] + kw;
        taps.position[count++] = (d * inSize[1] + h) * inSize[2] + w;
      }
    }
  }
  taps.count = count;
}

/** The output positions that read input position `index` (in D·H·W). */
export function tapsOfInput(shape: ConvShape, index: number, taps: ConvTaps): void {
  const { kernel, inSize, outSize } = shape;
  const width = index % inSize[2];
  const height = ((index - width) / inSize[2]) % inSize[1];
  const depth = (index - width - height * inSize[2]) / (inSize[1] * inSize[2]);
  let count = 0;
  for (let kd = 0; kd < kernel[0]; kd++) {
    const d = outputOf(shape, 0, depth, kd);
    if (d < 0) continue;
    for (let kh = 0; kh < kernel[1]; kh++) {
      const h = outputOf(shape, 1, height, kh);
      if (h < 0) continue;
      for (let kw = 0; kw < kernel[2]; kw++) {
        const w = outputOf(shape, 2, width, kw);
        if (w < 0) continue;
        taps.tap[count] = (kd * kernel[1] + kh) * kernel[2] + kw;
        taps.position[count++] = (d * outSize[1] + h) * outSize[2] + w;
      }
    }
  }
  taps.count = count;
}

/** The output coordinate whose tap `k` reads input coordinate `at`, or −1. */
function outputOf(
  { stride, padding, dilation, outSize }: ConvShape,
  axis: 0 | 1 | 2,
  at: number,
  k: number,
): number {
  const scaled = at + padding[axis] - k * dilation[axis];
  const out = scaled / stride[axis];
  return scaled >= 0 && Number.isInteger(out) && out < outSize[axis] ? out : -1;
}
