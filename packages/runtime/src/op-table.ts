import type { OpDefinition } from "./op-definition.ts";
import { add } from "./ops/add.ts";
import { avgPool } from "./ops/avg-pool.ts";
import { binary } from "./ops/binary.ts";
import { cat } from "./ops/cat.ts";
import { channelAffine } from "./ops/channel-affine.ts";
import { channelLookup } from "./ops/channel-lookup.ts";
import { channelShuffle } from "./ops/channel-shuffle.ts";
import { convTranspose } from "./ops/conv-transpose.ts";
import { conv } from "./ops/conv.ts";
import { dequantize } from "./ops/dequantize.ts";
import { dynamicConv } from "./ops/dynamic-conv.ts";
import { dynamicLinear } from "./ops/dynamic-linear.ts";
import { dynamicRecurrent } from "./ops/dynamic-recurrent.ts";
import { embedding } from "./ops/embedding.ts";
import { floatConvTranspose } from "./ops/float-conv-transpose.ts";
import { floatConv } from "./ops/float-conv.ts";
import { floatLinear } from "./ops/float-linear.ts";
import { linear } from "./ops/linear.ts";
import { lookup } from "./ops/lookup.ts";
import { matmul } from "./ops/matmul.ts";
import { maxPool } from "./ops/max-pool.ts";
import { mul } from "./ops/mul.ts";
import { pad } from "./ops/pad.ts";
import { permute } from "./ops/permute.ts";
import { quantize } from "./ops/quantize.ts";
import { reduce } from "./ops/reduce.ts";
import { resample } from "./ops/resample.ts";
import { reshape } from "./ops/reshape.ts";
import { rowNorm } from "./ops/row-norm.ts";
import { slice } from "./ops/slice.ts";
import { logSoftmax, softmax } from "./ops/softmax.ts";
import { unary } from "./ops/unary.ts";

const definitions = [
  // 8-bit
  quantize,
  dequantize,
  conv,
  convTranspose,
  linear,
  add,
  mul,
  lookup,
  channelLookup,
  // float, with 8-bit weights
  dynamicConv,
  dynamicLinear,
  dynamicRecurrent,
  embedding,
  // 8-bit or float
  maxPool,
  avgPool,
  resample,
  cat,
  reshape,
  pad,
  slice,
  permute,
  channelShuffle,
  // float, for what has no 8-bit form
  floatConv,
  floatConvTranspose,
  floatLinear,
  channelAffine,
  unary,
  binary,
  softmax,
  logSoftmax,
  matmul,
  reduce,
  rowNorm,
];

/** Every op that a program may contain, by name. A new one is a file under `ops/` and its name here. */
export const opTable: ReadonlyMap<string, OpDefinition> = new Map(definitions.map((one) => [one.name, one]));
