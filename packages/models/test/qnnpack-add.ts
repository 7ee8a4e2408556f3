import { QFunctional } from "@octavo/convert";
import type { Module } from "@octavo/nn";
import type { Tensor } from "@octavo/tensor";

/**
 * Gives a model's additions QNNPACK's arithmetic (`pytorch_qnnp_compute_add_quantization_params` and `pytorch_u8vadd`):
 * multipliers of 22 bits, and halves rounded away from zero. Octavo's rule rarely differs from it, but the layers that
 * follow spread what does. Returns how many sums there were so far, and how many it changed.
 */
export function useQnnpackAdd(model: Module): { sums: number; changed: number } {
  const count = { sums: 0, changed: 0 };
  for (const module of model.modules()) {
    if (!(module instanceof QFunctional)) continue;
    module.registerForwardHook((_, [, a, b], output) => {
      count.sums += (output as Tensor).numel;
      count.changed += qnnpackAdd(a as Tensor, b as Tensor, output as Tensor);
    });
  }
  return count;
}

function qnnpackAdd(a: Tensor, b: Tensor, output: Tensor): number {
  const fl = Math.fround;
  const [scaleA, scaleB] = [a, b].map((x) => fl(x.qparams!.scale[0] / output.qparams!.scale[0]));
  const shift = 21 - Math.floor(Math.log2(Math.max(scaleA, scaleB)));
  const multiplier = (scale: number) => roundHalfToEven(scale * 2 ** shift);
  const [ma, mb] = [multiplier(scaleA), multiplier(scaleB)];
  const [za, zb, zy] = [a, b, output].map((x) => Number(x.qparams!.zeroPoint[0]));
  const [qa, qb, qy] = [a, b, output].map((x) => x.raw<Uint8Array>());
  let changed = 0;
  for (let i = 0; i < qy.length; i++) {
    const sum = ma * (qa[i] - za) + mb * (qb[i] - zb);
    const rounded = Math.sign(sum) * Math.floor(Math.abs(sum) / 2 ** shift + 0.5);
    const y = Math.min(255, Math.max(0, rounded + zy));
    if (y !== qy[i]) changed++;
    qy[i] = y;
  }
  return changed;
}

function roundHalfToEven(x: number): number {
  const down = Math.floor(x);
  return x - down === 0.5 ? down + (down % 2) : Math.round(x);
}
