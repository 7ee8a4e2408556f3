import { asIs } from "../op-definition.ts";
import type { Prepared } from "../op-definition.ts";
import type { Step } from "../step.ts";

/** Those of these float32 constants that a step has, as they are. */
export function givenFloats<Role extends string>(
  step: Step,
  ...roles: readonly Role[]
): Partial<Record<Role, Prepared>> {
  const given: Partial<Record<Role, Prepared>> = {};
  for (const role of roles) {
    const constant = step.optionalConstant(role, ["float32"]);
    if (constant) given[role] = asIs(constant.data);
  }
  return given;
}
