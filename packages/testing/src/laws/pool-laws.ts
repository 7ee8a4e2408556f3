import type { PoolFields } from "@octavo/spec";
import { reference } from "@octavo/backend/reference";
import * as fc from "fast-check";
import { agreementLaw, scene } from "./kernel-law.ts";
import type { AgreementLaw } from "./kernel-law.ts";
import { magnitudes, sumBounds } from "./rounding-bounds.ts";
import { poolGeometry, shapeOfPool, volume } from "./sizes.ts";

const inLength = ({ batch, inSize, channels }: PoolFields) => batch * volume(inSize) * channels;
const outLength = ({ batch, outSize, channels }: PoolFields) => batch * volume(outSize) * channels;
/** An adaptive window has at most the whole input. */
const windowLength = ({ adaptive, inSize, kernel }: PoolFields) => volume(adaptive ? inSize : kernel);

const maxPool = agreementLaw(
  "maxPool of floats and bytes, and where the maximum was",
  ["maxPool"],
  fc.record({
    fields: poolGeometry(true),
    type: fc.constantFrom("float", "uint8", "int8"),
    indexed: fc.boolean(),
  }),
  ({ fields, type, indexed }, random) => {
    const shape = shapeOfPool(fields);
    // Few different values, so that the first of equals is asked for.
    const values = random
      .integers(inLength(fields), 0, 8)
      .map((value) => (type === "uint8" ? value : value - 4));
    const Type = { float: Float32Array, uint8: Uint8Array, int8: Int8Array }[type];
    return scene({
      arrays: {
        x: new Type(values),
        y: new Type(outLength(fields)),
        indices: new Int32Array(outLength(fields)),
      },
      writes: indexed ? ["y", "indices"] : ["y"],
      agreement: "values",
      run: (k, { x, y, indices }) => k.maxPool(x, y, indexed ? indices : null, shape),
    });
  },
);

const maxPoolGradient = agreementLaw(
  "maxPoolGradient",
  ["maxPoolGradient"],
  poolGeometry(true),
  (fields, random) => {
    const shape = shapeOfPool(fields);
    const indices = new Int32Array(outLength(fields));
    reference.kernels.maxPool(
      random.floats(inLength(fields)),
      new Float32Array(indices.length),
      indices,
      shape,
    );
    const dy = random.floats(outLength(fields));
    return scene({
      arrays: { dy, indices, dx: random.floats(inLength(fields)) },
      writes: ["dx"],
      agreement: ({ dx }, oracle) => {
        const sums = dx.slice();
        oracle.maxPoolGradient(magnitudes(dy), indices, sums, shape);
        return { dx: sumBounds(2 * volume(fields.outSize) + 2, sums) };
      },
      run: (k, { dy, indices, dx }) => k.maxPoolGradient(dy, indices, dx, shape),
    });
  },
);

const avgPool = agreementLaw(
  "avgPool with every divisor",
  ["avgPool"],
  poolGeometry(false),
  (fields, random) => {
    const shape = shapeOfPool(fields);
    const x = random.floats(inLength(fields));
    return scene({
      arrays: { x, y: new Float32Array(outLength(fields)) },
      writes: ["y"],
      agreement: ({ y }, oracle) => {
        const sums = y.slice();
        oracle.avgPool(magnitudes(x), sums, shape);
        return { y: sumBounds(windowLength(fields) + 3, sums) };
      },
      run: (k, { x, y }) => k.avgPool(x, y, shape),
    });
  },
);

const avgPoolGradient = agreementLaw(
  "avgPoolGradient with every divisor",
  ["avgPoolGradient"],
  poolGeometry(false),
  (fields, random) => {
    const shape = shapeOfPool(fields);
    const dy = random.floats(outLength(fields));
    return scene({
      arrays: { dy, dx: random.floats(inLength(fields)) },
      writes: ["dx"],
      agreement: ({ dx }, oracle) => {
        const sums = dx.slice();
        oracle.avgPoolGradient(magnitudes(dy), sums, shape);
        return { dx: sumBounds(volume(fields.outSize) + 4, sums) };
      },
      run: (k, { dy, dx }) => k.avgPoolGradient(dy, dx, shape),
    });
  },
);

const quantizedAvgPool = agreementLaw(
  "quantizedAvgPool of both signs, with every divisor",
  ["quantizedAvgPool"],
  fc.record({ fields: poolGeometry(false), signed: fc.boolean() }),
  ({ fields, signed }, random) => {
    const [low, high] = signed ? [-128, 127] : [0, 255];
    const zeroPoint = random.pick([low, high, random.integer(low, high)]);
    const x = random.bytes(inLength(fields), signed);
    return scene({
      arrays: { x, y: signed ? new Int8Array(outLength(fields)) : new Uint8Array(outLength(fields)) },
      writes: ["y"],
      agreement: "bits",
      run: (k, { x, y }) => k.quantizedAvgPool(x, y, zeroPoint, low, high, shapeOfPool(fields)),
    });
  },
);

export const poolLaws: readonly AgreementLaw[] = [
  maxPool,
  maxPoolGradient,
  avgPool,
  avgPoolGradient,
  quantizedAvgPool,
];
