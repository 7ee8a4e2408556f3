export { checkProgram } from "./check-program.ts";
export { describeProgram } from "./describe-program.ts";
export { fuseOps } from "./fuse-ops.ts";
export { load } from "./load.ts";
export type { LoadOptions } from "./load.ts";
export { loadProgram } from "./load-program.ts";
export type { FusedOp, OpFusion } from "./op-fusion.ts";
export type { Buffers, OpDefinition, Prepared } from "./op-definition.ts";
export { opTable } from "./op-table.ts";
export { Profile } from "./profile.ts";
export type { ProfileRow } from "./profile.ts";
export { decodeProgramFile, encodeProgramFile } from "./program-file.ts";
export { requantization } from "./requantization.ts";
export type { Requantization, RequantizationInput } from "./requantization.ts";
export { saveProgram } from "./save-program.ts";
export { Session } from "./session.ts";
export type { Inputs, Outputs, SessionOptions } from "./session.ts";
export type { InputTensor, OutputTensor, TensorInfo } from "./tensor-info.ts";
export { Step } from "./step.ts";
export type {
  Program,
  ProgramAttribute,
  ProgramConstant,
  ProgramOp,
  ProgramQParams,
  ProgramValue,
} from "@octavo/spec";
