export { activationQuantizerOf } from "./activation-quantizer.ts";
export { freezeBnStats, updateBnStats } from "./bn-stats.ts";
export { getDefaultQatQConfigMapping, getDefaultQConfigMapping } from "./default-qconfig-mappings.ts";
export { engines, getDefaultQatQConfig, getDefaultQConfig } from "./default-qconfigs.ts";
export type { Engine } from "./default-qconfigs.ts";
export { FloatFunctional } from "./float-functional.ts";
export { Functional } from "./functional.ts";
export type { FunctionalOperation } from "./functional.ts";
export { prepareFx, prepareQatFx } from "./fx/prepare-fx.ts";
export {
  defaultDynamicQConfig,
  floatQParamsWeightOnlyQConfig,
  floatQParamsWeightOnlyQConfig4Bit,
  perChannelDynamicQConfig,
} from "./named-qconfigs.ts";
export { QatBnLayer } from "./modules/qat-bn-layer.ts";
export { QatLayer } from "./modules/qat-layer.ts";
export { prepare, prepareQat } from "./prepare.ts";
export { prepareSettings } from "./prepare-options.ts";
export type { PrepareOptions } from "./prepare-options.ts";
export type { ObjectType, ObjectTypeLike } from "./object-type.ts";
export { functionOutput, isWeightOnly } from "./output-rules.ts";
export { partsOf } from "./qat-forms.ts";
export { propagateQConfig } from "./propagate-qconfig.ts";
export { QConfigMapping } from "./qconfig-mapping.ts";
export type { MappingQuery, UnmatchedEntries } from "./qconfig-mapping.ts";
export { QConfig, sameQConfig } from "./qconfig.ts";
export type { QConfigParts, Requantization } from "./qconfig.ts";
export { replaceModules } from "./replace-modules.ts";
export { DeQuantStub, QuantStub, QuantWrapper } from "./stubs.ts";
