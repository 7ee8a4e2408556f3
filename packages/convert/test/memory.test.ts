import { runInNewContext } from "node:vm";
import { setFlagsFromString } from "node:v8";
import { loadKernels } from "@octavo/backend";
import { Conv2d, Linear, Sequential } from "@octavo/nn";
import { getDefaultQConfig, prepare, QuantStub } from "@octavo/qat";
import { noGrad, randn, tensor } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { afterAll, expect, it } from "vitest";
import { convert } from "../src/index.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** The one kind of provider whose memory the garbage collector does not own. */
const missing = await loadKernels({ use: "wasm" }).then(
  () => null,
  (error: Error) => error.message,
);
afterAll(() => loadKernels());

it.skipIf(missing)(
  `with WebAssembly's memory, packed weights outlive garbage collection, and serve other batch sizes${missing ? ` (skipped: ${missing})` : ""}`,
  async () => {
    const net = new Sequential(new QuantStub(), new Conv2d(3, 8, 3), new Conv2d(8, 4, 1)).eval();
    const prepared = prepare(net, { qconfig: getDefaultQConfig() });
    const x = randn([3, 3, 6, 6]);
    noGrad(() => prepared(x));
    const converted = convert(prepared);
    const run = (input: Tensor) => noGrad(() => converted(input)).toArray();
    const first = run(x);
    const one = tensor((x.toArray() as Float32Array).slice(0, 108), [1, 3, 6, 6]);
    for (let i = 0; i < 5; i++) {
      collectGarbage();
      await new Promise((resolve) => setTimeout(resolve, 5));
      // Whatever was freed by mistake is given to these.
      noGrad(() => new Linear(64, 64)(randn([64, 64])));
      Array.from({ length: 50 }, (_, k) => tensor(new Float32Array(8 * k + 8).fill(NaN)));
      expect(run(x)).toEqual(first);
      expect(run(one)).toEqual(first.slice(0, first.length / 3));
    }
  },
);

it("layers are prepared anew for other kernels", async () => {
  const net = new Sequential(new QuantStub(), new Conv2d(16, 40, 3)).eval();
  const prepared = prepare(net, { qconfig: getDefaultQConfig() });
  const x = randn([2, 16, 6, 6]);
  noGrad(() => prepared(x));
  const converted = convert(prepared);
  await loadKernels();
  const first = noGrad(() => converted(x)).toArray();
  await loadKernels({ use: "reference" });
  expect(noGrad(() => converted(x)).toArray()).toEqual(first);
});
