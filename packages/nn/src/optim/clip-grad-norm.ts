import { kernels } from "@octavo/backend";
import { UnaryOp } from "@octavo/spec";
import { frame, noGrad, square, sum } from "@octavo/tensor";
import { parametersIn } from "../internal/parameter-groups.ts";
import type { Parameter } from "../parameter.ts";

/**
 * Scales all gradients together so that their L2 norm is at most `maxNorm`, in place, as
 * torch.nn.utils.clip_grad_norm_. @returns the norm before.
 * @throws ArgumentError for a model instead of its parameters.
 */
export function clipGradNorm_(parameters: Iterable<Parameter>, maxNorm: number): number {
  const gradients = parametersIn("clipGradNorm_", parameters).flatMap(({ grad }) => (grad ? [grad] : []));
  const squares = frame(() => noGrad(() => gradients.map((grad) => sum(square(grad)).item())));
  const norm = Math.sqrt(squares.reduce((total, value) => total + value, 0));
  // The 1e-6 is torch's.
  const factor = maxNorm / (norm + 1e-6);
  if (factor < 1) {
    for (const { data } of gradients) kernels().unary(UnaryOp.affine, data, data, factor, -0);
  }
  return norm;
}
