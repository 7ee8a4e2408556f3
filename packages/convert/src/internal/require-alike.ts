import { DTypeError, ShapeError } from "@octavo/spec";
import type { Tensor } from "@octavo/tensor";

/** @throws ShapeError or DTypeError for an entry of a state dict that cannot take the place of the module's own tensor. */
export function requireAlike(where: string, own: Tensor | null, given: Tensor | null): void {
  const describe = (x: Tensor | null) => x?.describe() ?? "nothing";
  const parts = { where: `loadStateDict of ${where}`, expected: describe(own), got: describe(given) };
  if (own?.shape.join() !== given?.shape.join()) throw new ShapeError(parts);
  if (own?.dtype !== given?.dtype || Boolean(own?.qparams) !== Boolean(given?.qparams))
    throw new DTypeError(parts);
}
