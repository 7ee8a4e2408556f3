// Tensors: made from arrays, computed with, differentiated, quantized.
import { conv2d, dequantize, intRepr, manualSeed, quantizePerTensor, randn, tensor } from "octavo";

const a = tensor([
  [1, 2],
  [3, 4],
]);
console.log(a.add(tensor([10, 20])).toArray()); // → Float32Array(4) [ 11, 22, 13, 24 ]
console.log(a.matmul(a).toArray()); // → Float32Array(4) [ 7, 10, 15, 22 ]

// Gradients: d/dw Σ (w · x)² = 2 w x²
const w = tensor([0.5, -1], { requiresGrad: true });
const x = tensor([2, 3]);
w.mul(x).square().sum().backward();
console.log(w.grad!.toArray()); // → Float32Array(2) [ 4, -18 ]

// Images are (N, C, H, W), whatever their layout in memory.
manualSeed(0);
const images = randn([2, 3, 8, 8]);
const features = conv2d(images, randn([16, 3, 3, 3]), null, { stride: 2, padding: 1 });
console.log(features.shape, features.memoryFormat); // → [ 2, 16, 4, 4 ] channelsLast

// Eight bits: q = round(x / scale) + zeroPoint, and back.
const q = quantizePerTensor(tensor([-1, 0, 0.3, 1, 99]), 0.01, 100, "quint8");
console.log(intRepr(q).toArray()); // → Uint8Array(5) [ 0, 100, 130, 200, 255 ]
const percent = dequantize(q).data.map((value) => Math.round(100 * value));
console.log(percent); // → Float32Array(5) [ -100, 0, 30, 100, 155 ]
