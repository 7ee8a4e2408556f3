import { packedHeaderBytes, UnaryOp, writePackedMethod } from "@octavo/spec";
import type { ConvShape, Kernels } from "@octavo/spec";
import { convCounts } from "./conv-taps.ts";
import { convKernels } from "./conv.ts";
import { unaryKernels } from "./unary/unary.ts";

/** Packed weights here: the header, then the weights as they are. */
export const packedConvKernels = {
  convPackedBytes(shape) {
    return packedHeaderBytes + 4 * weightElements(shape);
  },

  convPack(weight, packed, shape) {
    writePackedMethod(packed, "direct");
    weightsIn(packed, shape).set(weight);
  },

  packedConv(x, packed, bias, y, shape, low, high) {
    convKernels.conv(x, weightsIn(packed, shape), bias, y, shape);
    unaryKernels.unary(UnaryOp.clamp, y, y, low, high);
  },
} satisfies Partial<Kernels>;

function weightElements(shape: ConvShape): number {
  const { perGroup, kernelVolume } = convCounts(shape);
  return shape.outChannels * kernelVolume * perGroup;
}

function weightsIn({ buffer, byteOffset }: Uint8Array, shape: ConvShape): Float32Array {
  return new Float32Array(buffer, byteOffset + packedHeaderBytes, weightElements(shape));
}
