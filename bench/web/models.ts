/** A network's names elsewhere. */
interface Model {
  /** Of onnxruntime's files, before `.int8.onnx` and `.float.onnx`. */
  readonly onnx: string;
  /** In `keras.applications`; null where that is another network. */
  readonly keras: string | null;
}

export const models: Readonly<Record<string, Model>> = {
  "mobilenet-v2": { onnx: "mobilenet_v2", keras: "MobileNetV2" },
  "resnet-50": { onnx: "resnet50", keras: null },
};
