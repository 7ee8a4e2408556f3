import { clampIntoLayer } from "./fusions/clamp-into-layer.ts";
import type { OpFusion } from "./op-fusion.ts";

/** Which ops become one when a session is made. A new one is a file under `fusions/` and its name here. */
export const fusionTable: readonly OpFusion[] = [clampIntoLayer];
