import { fakeQuantizeWith } from "@octavo/fake-quant";
import {
  HistogramObserver,
  MinMaxObserver,
  MovingAverageMinMaxObserver,
  MovingAveragePerChannelMinMaxObserver,
  PerChannelMinMaxObserver,
} from "@octavo/observers";
import { ArgumentError } from "@octavo/spec";
import { QConfig } from "./qconfig.ts";

/**
 * Sets of defaults, named after torch's engines. `octavo` is the default: 8-bit activations, per-channel weights; its
 * kernels are exact, so it needs no reduced range. The others reproduce what torch chooses for that engine.
 */
export const engines = ["octavo", "fbgemm", "qnnpack", "x86", "onednn"] as const;
export type Engine = (typeof engines)[number];

interface EngineTraits {
  /** 7-bit activations, which AVX2 kernels that saturate need. */
  readonly reduceRange: boolean;
  readonly perChannelWeight: boolean;
}

const traits: { readonly [E in Engine]: EngineTraits } = {
  octavo: { reduceRange: false, perChannelWeight: true },
  fbgemm: { reduceRange: true, perChannelWeight: true },
  qnnpack: { reduceRange: false, perChannelWeight: false },
  x86: { reduceRange: true, perChannelWeight: true },
  onednn: { reduceRange: false, perChannelWeight: true },
};

const perTensorWeight = { dtype: "qint8", qscheme: "perTensorSymmetric" } as const;
const perChannelWeight = { dtype: "qint8", qscheme: "perChannelSymmetric" } as const;

/**
 * For post-training quantization: HistogramObserver for activations (quint8, affine), MinMax for weights (qint8,
 * symmetric), as torch's get_default_qconfig. @throws ArgumentError for an unknown engine, listing the known.
 */
export function getDefaultQConfig(engine: Engine = "octavo"): QConfig {
  const { reduceRange, perChannelWeight: perChannel } = traitsOf(engine, "getDefaultQConfig");
  return QConfig({
    activation: HistogramObserver.withArgs({ reduceRange }),
    weight: perChannel
      ? PerChannelMinMaxObserver.withArgs(perChannelWeight)
      : MinMaxObserver.withArgs(perTensorWeight),
  });
}

/**
 * For training: moving averages (constant 0.01) of minimum and maximum, also for weights, as torch's
 * get_default_qat_qconfig. @throws ArgumentError for an unknown engine, listing the known.
 */
export function getDefaultQatQConfig(engine: Engine = "octavo"): QConfig {
  const { reduceRange, perChannelWeight: perChannel } = traitsOf(engine, "getDefaultQatQConfig");
  const activation = { quantMin: 0, quantMax: 255, reduceRange };
  const weight = { quantMin: -128, quantMax: 127 };
  return QConfig({
    activation: fakeQuantizeWith(MovingAverageMinMaxObserver.withArgs(activation)),
    weight: fakeQuantizeWith(
      perChannel
        ? MovingAveragePerChannelMinMaxObserver.withArgs({ ...perChannelWeight, ...weight })
        : MovingAverageMinMaxObserver.withArgs({ ...perTensorWeight, ...weight }),
    ),
  });
}

function traitsOf(engine: Engine, where: string): EngineTraits {
  if (!Object.hasOwn(traits, engine)) {
    throw new ArgumentError({ where, expected: `an engine: ${engines.join(", ")}`, got: `"${engine}"` });
  }
  return traits[engine];
}
