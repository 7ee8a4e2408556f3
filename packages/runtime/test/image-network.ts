import type { StoredTensor } from "@octavo/safetensors";
import type { Program } from "@octavo/spec";

import { ProgramBuilder } from "./program-builder.ts";
import { floats, int8s } from "./random-program.ts";

/**
 * The int8 form of a small image classifier as real ones are: stem, inverted residuals with depthwise convolutions and a
 * skip add, strided stages, global pooling, linear; random weights. Beside it the tensors of its float state dict.
 */
export function imageNetwork(): { program: Program; floatTensors: [string, StoredTensor][] } {
  const net = new ProgramBuilder();
  const floatTensors: [string, StoredTensor][] = [];
  const float = (name: string, ...shape: number[]) => {
    const length = shape.reduce((a, b) => a * b, 1);
    floatTensors.push([name, { dtype: "F32", shape, data: floats(length, length) }]);
  };
  let seed = 0;
  const scale = () => 0.02 + 0.001 * Math.sin(seed);

  const conv = (
    name: string,
    x: number,
    channels: number,
    kernel: number,
    stride: number,
    groups = 1,
    relu = true,
  ) => {
    const [, inChannels, size] = net.values[x].shape;
    const inner = inChannels / groups;
    float(`${name}.0.weight`, channels, inner, kernel, kernel);
    for (const role of ["weight", "bias", "running_mean", "running_var"])
      float(`${name}.1.${role}`, channels);
    const out = Math.ceil(size / stride);
    const weights = channels * kernel * kernel * inner;
    const attributes = {
      ...(stride > 1 && { stride }),
      ...(kernel > 1 && { padding: kernel >> 1 }),
      ...(groups > 1 && { groups }),
      ...(relu && { low: 0 }),
    };
    const y = net.op(
      "conv",
      [x],
      { shape: [-1, channels, out, out], scale: scale(), zeroPoint: relu ? 0 : 121 },
      attributes,
      {
        weight: ["qint8", [channels, kernel, kernel, inner], int8s(++seed, weights)],
        weightScale: ["float32", [channels], floats(seed, channels).map((x) => 0.002 + 0.001 * x)],
        bias: ["float32", [channels], floats(seed, channels)],
      },
    );
    return rename(net, y, name);
  };
  const block = (name: string, x: number, channels: number, expansion: number, stride: number) => {
    const [, inChannels] = net.values[x].shape;
    const wide = conv(`${name}.expand`, x, inChannels * expansion, 1, 1);
    const deep = conv(`${name}.depthwise`, wide, inChannels * expansion, 3, stride, inChannels * expansion);
    const y = conv(`${name}.project`, deep, channels, 1, 1, 1, false);
    if (stride > 1 || channels !== inChannels) return y;
    return rename(
      net,
      net.op("add", [x, y], { shape: net.values[y].shape, scale: scale(), zeroPoint: 118 }),
      `${name}.add`,
    );
  };

  const x = net.input("image", { shape: [-1, 1, 28, 28], dtype: "float32" });
  let y = net.op("quantize", [x], { shape: [-1, 1, 28, 28], scale: scale(), zeroPoint: 33 });
  y = conv("stem", y, 16, 3, 2);
  y = block("blocks.0", y, 16, 3, 1);
  y = block("blocks.1", y, 32, 4, 2);
  y = block("blocks.2", y, 32, 4, 1);
  y = block("blocks.3", y, 64, 4, 2);
  y = conv("head", y, 256, 1, 1);
  y = net.op(
    "avgPool",
    [y],
    { shape: [-1, 256, 1, 1], scale: net.values[y].qparams!.scale },
    { outputSize: 1 },
  );
  y = net.op("reshape", [y], { shape: [-1, 256], scale: net.values[y].qparams!.scale });
  float("classifier.weight", 10, 256);
  float("classifier.bias", 10);
  y = net.op(
    "linear",
    [y],
    { shape: [-1, 10], scale: 0.17, zeroPoint: 97 },
    {},
    {
      weight: ["qint8", [10, 256], int8s(99, 2560)],
      weightScale: ["float32", [10], floats(99, 10).map((x) => 0.002 + 0.001 * x)],
      bias: ["float32", [10], floats(99, 10)],
    },
  );
  return {
    program: net.build(net.op("dequantize", [y], { shape: [-1, 10], dtype: "float32" })),
    floatTensors,
  };
}

/** Gives the last op, its output and its constants a module path. */
function rename(net: ProgramBuilder, value: number, name: string): number {
  const op = net.ops.pop()!;
  const constants = Object.entries(op.constants).map(([role, old]) => {
    net.constants[`${name}.${role}`] = net.constants[old];
    delete net.constants[old];
    return [role, `${name}.${role}`];
  });
  net.ops.push({ ...op, name, constants: Object.fromEntries(constants) });
  net.values[value] = { ...net.values[value], name };
  return value;
}
