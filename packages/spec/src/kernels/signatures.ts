import type { KernelName } from "./kernels.ts";

/** How a kernel uses a parameter; arrays marked optional may be null. */
export type ParameterRole = "number" | "in" | "out" | "inout" | "shape";

const roles = { n: "number", i: "in", o: "out", u: "inout", s: "shape" } as const;
const signature = (letters: string): readonly ParameterRole[] =>
  [...letters].map((letter) => roles[letter as keyof typeof roles]);

/**
 * Roles of every kernel's parameters, in order: n number, i array read, o array wholly written, u array updated or partly
 * written, s shape. It is what a binding needs to know that the typed arrays do not say: which argument is a `Packed`
 * shape, and which arrays to copy in and out where the kernels have a memory of their own.
 */
export const signatures: { readonly [K in KernelName]: readonly ParameterRole[] } = {
  unary: signature("nionn"),
  unaryGradient: signature("niiionn"),
  binary: signature("niios"),
  accumulate: signature("iun"),
  copyRegion: signature("ius"),
  addRegion: signature("ius"),
  reduce: signature("nios"),
  argReduce: signature("ions"),
  gemm: signature("iiius"),
  conv: signature("iiios"),
  convPackedBytes: signature("s"),
  convPack: signature("ios"),
  packedConv: signature("iiiosnn"),
  convInputGradient: signature("iios"),
  convWeightGradient: signature("iios"),
  channelMoments: signature("ioooonn"),
  channelAffine: signature("iiiionn"),
  channelAffineAdd: signature("iiiiinnoonn"),
  channelSums: signature("iioonn"),
  batchNormGradient: signature("iiiiiiiooonnn"),
  maxPool: signature("ioos"),
  maxPoolGradient: signature("iios"),
  avgPool: signature("ios"),
  avgPoolGradient: signature("ios"),
  resample: signature("iiios"),
  resampleGradient: signature("iiios"),
  rowNorm: signature("iiioonnn"),
  rowNormGradient: signature("iiiiooonn"),
  lstmCell: signature("uiooonn"),
  lstmCellGradient: signature("iiiiiuonn"),
  gruCell: signature("uiionn"),
  gruCellGradient: signature("iiiiuoonn"),
  softmax: signature("ionn"),
  softmaxGradient: signature("iionn"),
  logSoftmax: signature("ionn"),
  logSoftmaxGradient: signature("iionn"),
  sgdStep: signature("uiunnnnnn"),
  adamStep: signature("uiuuunnnnnnn"),
  quantize: signature("iiiosnn"),
  dequantize: signature("iiios"),
  fakeQuantize: signature("iiiosnn"),
  fakeQuantizeGradient: signature("iiiiosnn"),
  scaledFakeQuantize: signature("iiiiosnn"),
  scaledFakeQuantizeGradient: signature("iiiiiioosnn"),
  minMax: signature("iuus"),
  histogram: signature("ionn"),
  requantize: signature("iiionnnnn"),
  quantizedConvPackedBytes: signature("iisnnn"),
  quantizedConvPack: signature("iiosnnn"),
  quantizedConv: signature("iiiiosnnnn"),
  quantizedConvTranspose: signature("iiiiiosnnnn"),
  quantizedAdd: signature("inninnonnnn"),
  quantizedMul: signature("inninnonnnn"),
  quantizedLookup: signature("iio"),
  quantizedChannelLookup: signature("iion"),
  quantizedAddFixed: signature("inninnonnnn"),
  dynamicConv: signature("iiiiosn"),
  embedding: signature("iiiion"),
  embeddingGradient: signature("iionn"),
  quantizedAvgPool: signature("ionnns"),
  quantizedResample: signature("iiionnns"),
};

/** Every kernel's name, sorted. */
export const kernelNames = Object.keys(signatures).sort() as readonly KernelName[];
