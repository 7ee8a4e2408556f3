import { packedMethod } from "@octavo/spec";

import type { Buffers } from "../op-definition.ts";

/** The method that the kernels chose when they packed the weights of a convolution or linear layer. */
export function convMethod({ packed }: Buffers["constants"]): string {
  return packedMethod(packed as Uint8Array);
}
