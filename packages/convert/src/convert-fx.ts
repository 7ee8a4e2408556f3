import type { GraphModule } from "@octavo/graph";
import { convert } from "./convert.ts";
import type { ConvertOptions } from "./convert.ts";

/**
 * `convert` for the graphs that `prepareFx` and `prepareQatFx` make. They have stubs where values become integers and
 * floats again, and nowhere else, so the same modules come out as in eager mode. torch.ao.quantization.quantize_fx.convert_fx.
 *
 * @throws QuantizationError as `convert`.
 */
export function convertFx<M extends GraphModule>(model: M, options: ConvertOptions = {}): M {
  return convert(model, options);
}
