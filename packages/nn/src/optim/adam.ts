import { kernels } from "@octavo/backend";
import type { Tensor } from "@octavo/tensor";
import type { Parameter } from "../parameter.ts";
import { Optimizer, requireRange, zerosLike } from "./optimizer.ts";
import type { BaseOptions, GroupOptions, ParamGroup } from "./optimizer.ts";

export interface AdamOptions extends BaseOptions {
  /** Decay of the averages of the gradient and of its square. Default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Added to the denominator. Default 1e-8. */
  readonly eps?: number;
  /** Divide by the largest average so far (Reddi et al. 2018). */
  readonly amsgrad?: boolean;
}

type AdamState = { step: number; exp_avg: Tensor; exp_avg_sq: Tensor; max_exp_avg_sq?: Tensor };
type Params = Iterable<Parameter> | readonly GroupOptions<AdamOptions>[];

const defaults = {
  lr: 1e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  amsgrad: false,
  maximize: false,
} as const satisfies Required<AdamOptions>;

/** Adam (Kingma & Ba 2015), as torch.optim.Adam: weight decay is added to the gradient. lr is 1e-3 unless given. */
export class Adam extends Optimizer<AdamOptions> {
  /** Whether weight decay acts on the parameter itself. */
  protected readonly decoupled: boolean = false;

  constructor(params: Params, options: AdamOptions = {}) {
    super(params, defaults, options);
  }

  protected override check(group: ParamGroup<AdamOptions>): void {
    super.check(group);
    requireRange(this, "eps", group.eps, 0, Infinity);
    for (const beta of group.betas) requireRange(this, "betas", beta, 0, 1);
  }

  protected override update(
    parameter: Parameter,
    gradient: Float32Array,
    group: ParamGroup<AdamOptions>,
  ): void {
    const { lr, betas, eps, weightDecay, amsgrad } = group;
    const state = this.stateOf<AdamState & Record<string, Tensor | number>>(parameter, () => ({
      step: 0,
      exp_avg: zerosLike(parameter),
      exp_avg_sq: zerosLike(parameter),
      ...(amsgrad ? { max_exp_avg_sq: zerosLike(parameter) } : {}),
    }));
    state.step += 1;
    kernels().adamStep(
      parameter.data,
      gradient,
      state.exp_avg.data,
      state.exp_avg_sq.data,
      state.max_exp_avg_sq?.data ?? null,
      lr,
      ...betas,
      eps,
      weightDecay,
      Number(this.decoupled),
      state.step,
    );
  }
}

/** Adam with decoupled weight decay (Loshchilov & Hutter 2019), 0.01 unless given, as torch.optim.AdamW. */
export class AdamW extends Adam {
  protected override readonly decoupled = true;

  constructor(params: Params, options: AdamOptions = {}) {
    super(params, { weightDecay: 0.01, ...options });
  }
}
