import { withDefaults } from "@octavo/spec";
import { interpolate } from "@octavo/tensor";
import type { InterpolateMode, InterpolateOptions, Tensor } from "@octavo/tensor";
import { pythonFloat, pythonValue } from "../internal/python-text.ts";
import { Module } from "../module.ts";

/** (N, C, spatial …) resampled to `size`, or by `scaleFactor`; torch.nn.Upsample. */
export class Upsample extends Module<[x: Tensor], Tensor> {
  readonly size: number | readonly number[] | null;
  readonly scaleFactor: number | readonly number[] | null;
  readonly mode: InterpolateMode;
  readonly alignCorners: boolean;

  constructor(options: InterpolateOptions) {
    super();
    const defaults = {
      size: undefined,
      scaleFactor: undefined,
      mode: "nearest",
      alignCorners: false,
    } as const;
    const { size, scaleFactor, mode, alignCorners } = withDefaults("Upsample", defaults, options);
    this.size = size ?? null;
    this.scaleFactor = scaleFactor ?? null;
    this.mode = mode;
    this.alignCorners = alignCorners;
  }

  override forward(x: Tensor): Tensor {
    const { size, scaleFactor, mode, alignCorners } = this;
    return interpolate(x, {
      ...(size !== null && { size }),
      ...(scaleFactor !== null && { scaleFactor }),
      mode,
      alignCorners,
    });
  }

  override extraRepr(): string {
    const { size, scaleFactor } = this;
    const factor =
      typeof scaleFactor === "number"
        ? pythonFloat(scaleFactor)
        : `(${scaleFactor?.map((one) => pythonFloat(one)).join(", ")})`;
    const given = scaleFactor === null ? `size=${pythonValue(size)}` : `scale_factor=${factor}`;
    return `${given}, mode=${pythonValue(this.mode)}`;
  }
}
