import { withDefaults } from "@octavo/spec";
import type { DType, QScheme } from "@octavo/spec";
import { defaultEps } from "./calculate-qparams.ts";
import { PassiveObserver } from "./internal/passive-observer.ts";
import { requireEps } from "./internal/require-eps.ts";
import type { Settings } from "./internal/settings.ts";
import { observerFactory } from "./observer-factory.ts";
import type { ObserverFactory } from "./observer-factory.ts";

export interface PlaceholderObserverOptions {
  readonly dtype?: DType;
  readonly qscheme?: QScheme;
  /** Inclusive integer range for qparams that are computed at inference. */
  readonly quantMin?: number;
  readonly quantMax?: number;
  readonly eps?: number;
  /** Whether the tensor is quantized at inference, with qparams of each batch. */
  readonly isDynamic?: boolean;
}

const defaults: Settings<PlaceholderObserverOptions> = {
  dtype: "float32",
  qscheme: "perTensorAffine",
  quantMin: undefined,
  quantMax: undefined,
  eps: defaultEps,
  isDynamic: false,
};

/**
 * Observes nothing and carries the settings of a tensor that is cast (float16) or quantized dynamically, as
 * `torch.ao.quantization.PlaceholderObserver`.
 */
export class PlaceholderObserver extends PassiveObserver {
  static readonly className: string = "PlaceholderObserver";
  override readonly qscheme: QScheme;
  override readonly quantMin: number | null;
  override readonly quantMax: number | null;
  override readonly isDynamic: boolean;
  readonly eps: number;

  constructor(options: PlaceholderObserverOptions = {}) {
    const settings = withDefaults(PlaceholderObserver.className, defaults, options);
    super(settings.dtype);
    this.qscheme = settings.qscheme;
    this.quantMin = settings.quantMin ?? null;
    this.quantMax = settings.quantMax ?? null;
    this.isDynamic = settings.isDynamic;
    this.eps = requireEps(settings.eps, this.className);
  }

  static withArgs(
    options: PlaceholderObserverOptions = {},
  ): ObserverFactory<PlaceholderObserver, PlaceholderObserverOptions> {
    return observerFactory(PlaceholderObserver, options);
  }

  override toString(): string {
    return `PlaceholderObserver(dtype=torch.${this.dtype}, is_dynamic=${this.isDynamic ? "True" : "False"})`;
  }
}
