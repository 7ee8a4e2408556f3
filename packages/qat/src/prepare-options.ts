import { ArgumentError, withDefaults } from "@octavo/spec";
import { requireQConfig } from "./qconfig.ts";
import type { QConfig } from "./qconfig.ts";

export interface PrepareOptions {
  /** Change the model itself instead of a copy. Default false. */
  readonly inplace?: boolean;
  /** For every module that has none of its own; the model's `qconfig` field says the same. */
  readonly qconfig?: QConfig;
}

/**
 * What the options of a step say.
 * @param where the step and its model: `prepare of Net`
 * @throws ArgumentError for others than there are, a qconfig in their place among them, and for a qconfig that is none.
 */
export function prepareSettings(
  where: string,
  options: PrepareOptions,
): { readonly inplace: boolean; readonly qconfig: QConfig | undefined } {
  if (typeof options === "object" && options !== null && "activation" in options) {
    const hint = "The qconfig is an option: give { qconfig }.";
    throw new ArgumentError({ where, expected: "options inplace, qconfig", got: "a QConfig", hint });
  }
  const settings = withDefaults(where, { inplace: false, qconfig: undefined }, options);
  if (settings.qconfig !== undefined) requireQConfig(where, settings.qconfig);
  return settings;
}
