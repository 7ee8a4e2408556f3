/** How a tensor maps to integers; torch's names. Granularity and symmetry in one word. */
export const qschemes = {
  perTensorAffine: { perChannel: false, symmetric: false, floatZeroPoint: false },
  perTensorSymmetric: { perChannel: false, symmetric: true, floatZeroPoint: false },
  perChannelAffine: { perChannel: true, symmetric: false, floatZeroPoint: false },
  perChannelSymmetric: { perChannel: true, symmetric: true, floatZeroPoint: false },
  perChannelAffineFloatQParams: { perChannel: true, symmetric: false, floatZeroPoint: true },
} as const;

export type QScheme = keyof typeof qschemes;
