import { runInNewContext } from "node:vm";
import { setFlagsFromString } from "node:v8";
import { Conv2d, Linear, Sequential } from "@octavo/nn";
import { getDefaultQConfig, prepare, QuantStub } from "@octavo/qat";
import { noGrad, randn, tensor } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { expect, it } from "vitest";
import { convert } from "../src/index.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

it("packed weights outlive garbage collection, and serve other batch sizes", async () => {
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
});
