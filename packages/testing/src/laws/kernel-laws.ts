import { elementwiseLaws } from "./elementwise-laws.ts";
import { embeddingLaws, foreignRowLaws } from "./embedding-laws.ts";
import { exactnessLaws } from "./exactness-laws.ts";
import { extremeImageLaws } from "./extreme-image-laws.ts";
import type { AgreementLaw, KernelLaw } from "./kernel-law.ts";
import { matrixLaws } from "./matrix-laws.ts";
import { packedConvBitLaws, packedConvLaws } from "./packed-conv-laws.ts";
import { poolLaws } from "./pool-laws.ts";
import { quantizationLaws } from "./quantization-laws.ts";
import { quantizeLaws } from "./quantize-laws.ts";
import { quantizedOperatorLaws } from "./quantized-operator-laws.ts";
import { quantizedLaws } from "./quantized-laws.ts";
import { recurrentCellLaws } from "./recurrent-cell-laws.ts";
import { reductionLaws } from "./reduction-laws.ts";
import { regionLaws } from "./region-laws.ts";
import { resampleLaws } from "./resample-laws.ts";
import { rowNormLaws } from "./row-norm-laws.ts";
import { scaledFakeQuantizeBitLaws, scaledFakeQuantizeLaws } from "./scaled-fake-quantize-laws.ts";
import { trainingLaws } from "./training-laws.ts";

/** The laws that compare a provider with the reference, kernel by kernel; every kernel is in one of them. */
export const agreementLaws: readonly AgreementLaw[] = [
  ...elementwiseLaws,
  ...regionLaws,
  ...reductionLaws,
  ...matrixLaws,
  ...packedConvLaws,
  ...poolLaws,
  ...resampleLaws,
  ...rowNormLaws,
  ...recurrentCellLaws,
  ...trainingLaws,
  ...quantizeLaws,
  ...scaledFakeQuantizeLaws,
  ...quantizedLaws,
  ...extremeImageLaws,
  ...quantizedOperatorLaws,
  ...embeddingLaws,
];

/** Everything that a kernel provider must do. A new kernel adds a line to one of the files above. */
export const kernelLaws: readonly KernelLaw[] = [
  ...agreementLaws,
  ...quantizationLaws,
  ...scaledFakeQuantizeBitLaws,
  ...packedConvBitLaws,
  ...exactnessLaws,
  ...foreignRowLaws,
];
