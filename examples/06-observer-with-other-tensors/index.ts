// Observers take anything with `data` and `shape`: here the arrays of the npm package ndarray, with no tensor of Octavo.
import { HistogramObserver, PerChannelMinMaxObserver } from "@octavo/observers";
import ndarray from "ndarray";

// Activations: mostly near zero, with a rare outlier. The histogram observer weighs clipping against rounding.
const activations = new HistogramObserver();
for (let batch = 0; batch < 4; batch++) {
  const values = Float32Array.from({ length: 1000 }, (_, i) => Math.sin(i + 1000 * batch) ** 3);
  values[17] = 4;
  activations.observe(ndarray(values, [10, 100]));
}
const { scale, zeroPoint } = activations.calculateQParams();
console.log(`activations: scale ${scale[0].toFixed(4)}, zero point ${zeroPoint[0]}`);
// The outlier was clipped:
console.log(scale[0] < 5 / 255); // → true

// Weights of a layer: one symmetric scale for each of the two output channels.
const weights = new PerChannelMinMaxObserver({ dtype: "qint8", qscheme: "perChannelSymmetric" });
weights.observe(ndarray(new Float32Array([0.5, -1, 0.25, 4, 2, -3]), [2, 3]));
console.log(weights.calculateQParams().scale.map((value) => value * 127.5)); // → Float32Array(2) [ 1, 4 ]
