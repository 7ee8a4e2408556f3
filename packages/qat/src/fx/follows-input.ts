import type { GraphModule, Node } from "@octavo/graph";
import {
  AdaptiveAvgPool1d,
  AdaptiveAvgPool2d,
  AdaptiveAvgPool3d,
  AdaptiveMaxPool1d,
  AdaptiveMaxPool2d,
  AdaptiveMaxPool3d,
  AvgPool1d,
  AvgPool2d,
  AvgPool3d,
  ChannelShuffle,
  Dropout,
  Flatten,
  Hardtanh,
  Identity,
  MaxPool1d,
  MaxPool2d,
  MaxPool3d,
  PixelShuffle,
  PixelUnshuffle,
  ReLU,
  Upsample,
} from "@octavo/nn";
import { FloatFunctional } from "../float-functional.ts";

/** Modules that compute on integers and keep their input's qparams. */
const modules: ReadonlySet<unknown> = new Set([
  AdaptiveAvgPool1d,
  AdaptiveAvgPool2d,
  AdaptiveAvgPool3d,
  AdaptiveMaxPool1d,
  AdaptiveMaxPool2d,
  AdaptiveMaxPool3d,
  AvgPool1d,
  AvgPool2d,
  AvgPool3d,
  ChannelShuffle,
  Dropout,
  Flatten,
  Hardtanh,
  Identity,
  MaxPool1d,
  MaxPool2d,
  MaxPool3d,
  PixelShuffle,
  PixelUnshuffle,
  ReLU,
  Upsample,
]);

/** Functions likewise, besides the ops that move elements and say themselves that they accept quantized tensors. */
const functions = new Set([
  "adaptiveAvgPool1d",
  "adaptiveAvgPool2d",
  "adaptiveAvgPool3d",
  "avgPool1d",
  "avgPool2d",
  "avgPool3d",
  "clamp",
  "getitem",
  "hardtanh",
  "interpolate",
  "amax",
  "mean",
  "pad",
  "relu",
  "relu6",
]);

/** Operations of a FloatFunctional that only change the scale. */
const scalarOperations = new Set<unknown>(["addScalar", "mulScalar"]);

/** Whether a node's result is quantized when its input is, with qparams that follow from the input's. */
export function followsInput(model: GraphModule, node: Node): boolean {
  if (node.op === "callModule") {
    const module = model.moduleOf(node);
    if (module instanceof FloatFunctional) return scalarOperations.has(node.args[0]);
    return modules.has(module.constructor);
  }
  if (node.op !== "callFunction" || typeof node.target === "string") return false;
  return (
    functions.has(node.targetName) ||
    ("acceptsQuantized" in node.target && node.target.acceptsQuantized === true)
  );
}
