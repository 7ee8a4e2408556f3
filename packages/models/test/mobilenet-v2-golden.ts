import { readFileSync } from "node:fs";
import { join } from "node:path";
import { goldens } from "@octavo/testing";
import type { GoldenCase } from "@octavo/testing";
import { torchName } from "@octavo/nn";
import type { Module } from "@octavo/nn";
import { MobileNetV2 } from "../src/index.ts";
import type { MobileNetV2Options } from "../src/index.ts";
import { formulaImages, loadFormulaValues } from "./formula-values.ts";

export const group = goldens("torchvision");

/** torchvision's mobilenet_v2 with the golden's weights, in evaluation mode. */
export function goldenNet(row: GoldenCase, options?: MobileNetV2Options): MobileNetV2 {
  return loadFormulaValues(new MobileNetV2(options), row.number("k")).eval();
}

export function goldenImages(row: GoldenCase, t?: number) {
  return formulaImages(row.number("k"), row.args.input as number[], t);
}

/** What torch printed at a step of the flow. */
export function torchText(row: GoldenCase, step: string): string {
  const folder = process.env.OCTAVO_GOLDENS || join(import.meta.dirname, "../../../goldens");
  return readFileSync(join(folder, row.texts[step]), "utf8");
}

/** What Octavo prints, with torch's names of children. */
export function printed(model: Module): string {
  return `${model}\n`.replace(/^(\s*)\((\w+)\):/gm, (_, indent, name) => `${indent}(${torchName(name)}):`);
}
