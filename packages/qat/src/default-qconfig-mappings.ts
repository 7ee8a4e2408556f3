import { ConvTranspose1d, ConvTranspose2d, ConvTranspose3d } from "@octavo/nn";
import { getDefaultQatQConfig, getDefaultQConfig } from "./default-qconfigs.ts";
import type { Engine } from "./default-qconfigs.ts";
import { QConfigMapping } from "./qconfig-mapping.ts";
import { QConfig } from "./qconfig.ts";

/**
 * `getDefaultQConfig` for everything, as torch's get_default_qconfig_mapping. torch's engines have one scale for the
 * weight of a transposed convolution; `octavo` has one per channel there too. What torch lists besides (sigmoid and others
 * of known range) is known to `prepare` already.
 * @throws ArgumentError for an unknown engine, listing the known.
 */
export function getDefaultQConfigMapping(engine: Engine = "octavo"): QConfigMapping {
  return mapping(engine, getDefaultQConfig);
}

/** As `getDefaultQConfigMapping`, for training; torch's get_default_qat_qconfig_mapping. */
export function getDefaultQatQConfigMapping(engine: Engine = "octavo"): QConfigMapping {
  return mapping(engine, getDefaultQatQConfig);
}

function mapping(engine: Engine, defaults: (engine: Engine) => QConfig): QConfigMapping {
  const qconfig = defaults(engine);
  if (engine === "octavo") return new QConfigMapping().setGlobal(qconfig);
  const perTensor = QConfig({ ...qconfig, weight: defaults("qnnpack").weight });
  const types = [ConvTranspose1d, ConvTranspose2d, ConvTranspose3d];
  return new QConfigMapping(types.map((type) => [type, perTensor])).setGlobal(qconfig);
}
