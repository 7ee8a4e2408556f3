import type { Kernels } from "@octavo/spec";
import { avgPoolKernels } from "./avg-pool.ts";
import { binaryKernels } from "./binary.ts";
import { channelKernels } from "./channels.ts";
import { convKernels } from "./conv.ts";
import { dynamicConvKernels } from "./dynamic-conv.ts";
import { embeddingKernels } from "./embedding.ts";
import { gemmKernels } from "./gemm.ts";
import { maxPoolKernels } from "./max-pool.ts";
import { optimizerKernels } from "./optimizer-steps.ts";
import { packedConvKernels } from "./packed-conv.ts";
import { quantizeKernels } from "./quantize.ts";
import { quantizedAvgPoolKernels } from "./quantized-avg-pool.ts";
import { quantizedConvKernels } from "./quantized-conv.ts";
import { quantizedElementwiseKernels } from "./quantized-elementwise.ts";
import { rangeKernels } from "./range-statistics.ts";
import { recurrentCellKernels } from "./recurrent-cells.ts";
import { reduceKernels } from "./reduce.ts";
import { regionKernels } from "./region.ts";
import { requantizeKernels } from "./requantize.ts";
import { resampleKernels } from "./resample.ts";
import { rowNormKernels } from "./row-norm.ts";
import { scaledFakeQuantizeKernels } from "./scaled-fake-quantize.ts";
import { softmaxKernels } from "./softmax.ts";
import { unaryKernels } from "./unary/unary.ts";

/** Every kernel in plain TypeScript; a missing one is a type error. */
export const referenceKernels: Kernels = {
  ...unaryKernels,
  ...binaryKernels,
  ...regionKernels,
  ...reduceKernels,
  ...gemmKernels,
  ...convKernels,
  ...packedConvKernels,
  ...channelKernels,
  ...maxPoolKernels,
  ...avgPoolKernels,
  ...resampleKernels,
  ...rowNormKernels,
  ...recurrentCellKernels,
  ...softmaxKernels,
  ...optimizerKernels,
  ...quantizeKernels,
  ...scaledFakeQuantizeKernels,
  ...rangeKernels,
  ...requantizeKernels,
  ...quantizedConvKernels,
  ...quantizedElementwiseKernels,
  ...dynamicConvKernels,
  ...embeddingKernels,
  ...quantizedAvgPoolKernels,
};
