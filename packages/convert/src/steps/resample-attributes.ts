import type { ProgramAttribute } from "@octavo/spec";

/** Attributes of tensor's interpolate. */
export interface InterpolateAttributes {
  readonly size: readonly number[];
  readonly scaleFactor: readonly number[] | null;
  readonly mode: string;
  readonly alignCorners: boolean;
}

export function resampleAttributes({
  size,
  scaleFactor,
  mode,
  alignCorners,
}: InterpolateAttributes): Readonly<Record<string, ProgramAttribute>> {
  return {
    outputSize: size,
    mode,
    ...(alignCorners && { alignCorners }),
    ...(scaleFactor && { scale: scaleFactor }),
  };
}
