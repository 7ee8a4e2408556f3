import { runThreadLaws } from "@octavo/testing";
import { describe, it } from "vitest";

import { registrations } from "../src/index.ts";

const opened = await registrations[0].open();

if ("provider" in opened) runThreadLaws(opened.provider, { describe, it });
else describe.skip(`threads (unavailable: ${opened.unavailable})`, () => it("nothing runs", () => {}));
