import type { FakeQuantize } from "@octavo/fake-quant";
import type { WeightedLayer } from "@octavo/nn";
import { QuantizationError } from "@octavo/spec";
import type { QConfig } from "../qconfig.ts";

/** The fake-quantizer of a layer's weight, along its channel axis. @throws QuantizationError as `requireTraining`. */
export function weightQuantizer(typeName: string, layer: WeightedLayer, qconfig: QConfig): FakeQuantize {
  requireTraining(typeName, qconfig);
  return qconfig.weight!.along(layer.channelAxis).create();
}

/** @throws QuantizationError for a qconfig that only observes weights. */
export function requireTraining(where: string, qconfig: QConfig): void {
  if (qconfig.weight?.fakeQuantEnabled) return;
  throw new QuantizationError({
    where: `prepareQat of ${where}`,
    expected: "a qconfig whose weight quantizer rounds",
    got: String(qconfig),
    hint: "getDefaultQatQConfig makes one; getDefaultQConfig is for prepare and calibration.",
  });
}
