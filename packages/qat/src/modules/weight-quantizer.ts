import type { FakeQuantize } from "@octavo/fake-quant";
import type { WeightedLayer } from "@octavo/nn";
import { QuantizationError } from "@octavo/spec";
import type { QConfig } from "../qconfig.ts";

/** The fake-quantizer of a layer's weight, along its channel axis. @throws QuantizationError if the qconfig only observes. */
export function weightQuantizer(typeName: string, layer: WeightedLayer, qconfig: QConfig): FakeQuantize {
  const factory = qconfig.weight;
  if (!factory?.fakeQuantEnabled) {
    throw new QuantizationError({
      where: `prepareQat of ${typeName}`,
      expected: "a qconfig whose weight quantizer rounds",
      got: String(qconfig),
      hint: "getDefaultQatQConfig makes one; getDefaultQConfig is for prepare and calibration.",
    });
  }
  return factory.along(layer.channelAxis).create();
}
