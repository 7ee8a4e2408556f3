import { kernels } from "@octavo/backend";
import { ArgumentError } from "@octavo/spec";
import type { Tensor } from "@octavo/tensor";
import type { Parameter } from "../parameter.ts";
import { Optimizer, requireRange, zerosLike } from "./optimizer.ts";
import type { BaseOptions, GroupOptions, ParamGroup } from "./optimizer.ts";

export interface SGDOptions extends BaseOptions {
  /** Default 0. */
  readonly momentum?: number;
  /** Share of the gradient kept out of the momentum buffer. Default 0. */
  readonly dampening?: number;
  readonly nesterov?: boolean;
}

type SGDState = Record<"momentum_buffer", Tensor>;

const defaults = {
  lr: 1e-3,
  momentum: 0,
  dampening: 0,
  weightDecay: 0,
  nesterov: false,
  maximize: false,
};

/** Stochastic gradient descent with momentum, as torch.optim.SGD; lr is 1e-3 unless given. */
export class SGD extends Optimizer<SGDOptions> {
  constructor(params: Iterable<Parameter> | readonly GroupOptions<SGDOptions>[], options: SGDOptions = {}) {
    super(params, defaults, options);
  }

  protected override check(group: ParamGroup<SGDOptions>): void {
    super.check(group);
    requireRange(this, "momentum", group.momentum, 0, Infinity);
    if (group.nesterov && (group.momentum <= 0 || group.dampening !== 0)) {
      const got = `momentum ${group.momentum}, dampening ${group.dampening}`;
      throw new ArgumentError({ where: "SGD", expected: "nesterov with a momentum and no dampening", got });
    }
  }

  protected override update(
    parameter: Parameter,
    gradient: Float32Array,
    group: ParamGroup<SGDOptions>,
  ): void {
    const { lr, momentum, dampening, weightDecay, nesterov } = group;
    const first = !this.state.has(parameter);
    const buffer = momentum
      ? this.stateOf<SGDState>(parameter, () => ({ momentum_buffer: zerosLike(parameter) })).momentum_buffer
          .data
      : null;
    kernels().sgdStep(
      parameter.data,
      gradient,
      buffer,
      lr,
      momentum,
      dampening,
      weightDecay,
      Number(nesterov),
      Number(first),
    );
  }
}
