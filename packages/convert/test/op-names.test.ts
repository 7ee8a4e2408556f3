import { QConfigMapping } from "@octavo/qat";
import { expect, it } from "vitest";
import { loweringRules } from "../src/lower/lowering-rules.ts";

it("mappings know every operation that programs have, numbers as operands aside", () => {
  const names = [...loweringRules.keys()].filter((name) => name !== "programOp" && !name.endsWith("Scalar"));
  expect(names.length).toBeGreaterThan(70);
  for (const name of names) new QConfigMapping().setObjectType(name, null);
});
