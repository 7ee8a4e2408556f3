import { runRegistrationLaws } from "@octavo/testing";
import { describe, it } from "vitest";

import { registrations } from "../src/index.ts";

for (const registration of registrations) await runRegistrationLaws(registration, { describe, it });
