import type { Target } from "./targets.ts";

export function buildAddon(
  target: Target,
  zig: readonly string[],
  output: string,
  libraries: readonly string[],
): Promise<void>;
