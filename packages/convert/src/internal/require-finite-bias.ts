import { QuantizationError } from "@octavo/spec";
import type { Tensor } from "@octavo/tensor";

/** Observers see to weights and activations; nobody observes a bias. @throws QuantizationError for NaN and ±∞ in it. */
export function requireFiniteBias(bias: Tensor | null, where: string): void {
  const channel = bias?.data.findIndex((value) => !Number.isFinite(value)) ?? -1;
  if (channel < 0) return;
  throw new QuantizationError({
    where,
    expected: "a bias of finite numbers",
    got: `${bias!.data[channel]} in channel ${channel}`,
    hint: "Look for a training that diverged, or a state dict that is damaged: its float model computes nothing else.",
  });
}
