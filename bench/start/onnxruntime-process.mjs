// node onnxruntime-process.mjs <network.onnx> <folder of the package>: the same with onnxruntime-node.
import { createRequire } from "node:module";

const { InferenceSession, Tensor } = createRequire(process.argv[3])("onnxruntime-node");
const session = await InferenceSession.create(process.argv[2]);
const shape = [1, 3, 224, 224];
const data = new Float32Array(shape.reduce((a, b) => a * b)).fill(0.5);
const result = await session.run({ x: new Tensor("float32", data, shape) });
const sum = Object.values(result)[0].data.reduce((a, b) => a + b);
process.stdout.write(JSON.stringify({ rss: process.memoryUsage.rss(), sum }));
