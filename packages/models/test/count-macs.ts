import { Conv2d, Linear } from "@octavo/nn";
import type { Module } from "@octavo/nn";
import { noGrad, zeros } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";

/** Multiply-adds of convolutions and linear layers for an input of this shape, biases not counted, and their calls. */
export function countMacs(model: Module, shape: readonly number[]): { macs: number; calls: number } {
  let macs = 0;
  let calls = 0;
  const removers = [...model.modules()].map((module) => {
    if (!(module instanceof Conv2d || module instanceof Linear)) return () => {};
    return module.registerForwardHook((_module, _inputs, output) => {
      macs += ((output as Tensor).numel * module.weight.numel) / module.weight.shape[0];
      calls++;
    });
  });
  noGrad(() => model(zeros(shape)));
  for (const remove of removers) remove();
  return { macs, calls };
}
