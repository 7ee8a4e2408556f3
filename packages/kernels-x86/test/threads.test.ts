import { runThreadLaws } from "@octavo/testing";
import { describe, it } from "vitest";

import { registrations } from "../src/index.ts";

for (const { name, open } of registrations) {
  const opened = await open();
  if ("provider" in opened) runThreadLaws(opened.provider, { describe, it });
  else
    describe.skip(`threads: ${name} (unavailable: ${opened.unavailable})`, () =>
      it("nothing runs", () => {}));
}
