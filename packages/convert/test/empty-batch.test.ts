import { loadKernels } from "@octavo/backend";
import * as nn from "@octavo/nn";
import { getDefaultQConfigMapping, prepareFx } from "@octavo/qat";
import { noGrad, randn, zeros } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { convertFx, quantizeDynamic } from "../src/index.ts";

type Net = nn.Module<[x: Tensor], Tensor>;

/** Networks, and the shape of one example. */
const nets: Readonly<Record<string, readonly [make: () => Net, example: readonly number[]]>> = {
  linear: [() => new nn.Sequential(new nn.Linear(4, 3), new nn.Hardswish()), [4]],
  convolution: [() => new nn.Sequential(new nn.Conv2d(3, 4, 3), new nn.PReLU(4)), [3, 6, 6]],
  depthwise: [() => new nn.Sequential(new nn.Conv2d(4, 4, 3, { groups: 4 }), new nn.ReLU6()), [4, 6, 6]],
  transposed: [() => new nn.ConvTranspose2d(3, 4, 3), [3, 5, 5]],
  classifier: [
    () =>
      new nn.Sequential(
        new nn.Conv2d(3, 4, 3),
        new nn.BatchNorm2d(4),
        new nn.MaxPool2d(2),
        new nn.Upsample({ scaleFactor: 2 }),
        new nn.AdaptiveAvgPool2d(1),
        new nn.Flatten(),
        new nn.Linear(4, 2),
      ),
    [3, 8, 8],
  ],
};

function converted(net: Net, examples: Tensor): Net {
  const prepared = prepareFx(net, getDefaultQConfigMapping(), examples);
  noGrad(() => prepared(examples));
  return convertFx(prepared) as unknown as Net;
}

afterAll(() => loadKernels());

for (const use of ["reference", "wasm", "native"]) {
  const missing = await loadKernels({ use }).then(
    () => null,
    (error: Error) => error.message.split("\n")[0],
  );
  describe.skipIf(missing)(
    `no examples, with ${use} kernels${missing ? ` (skipped: ${missing})` : ""}`,
    () => {
      beforeAll(() => loadKernels({ use }));

      it.each(Object.entries(nets))("%s: no results, and right ones afterwards", (_, [make, example]) => {
        const net = make().eval();
        const x = randn([5, ...example]);
        const forms = [net, converted(net, x)];
        if (net instanceof nn.Sequential && net[0] instanceof nn.Linear)
          forms.push(quantizeDynamic(net) as Net);
        for (const form of forms) {
          const [none, some] = noGrad(() => [form(zeros([0, ...example])), form(x)]);
          expect(none.shape).toEqual([0, ...some.shape.slice(1)]);
          expect(none.toArray()).toHaveLength(0);
        }
        const fresh = converted(net, x);
        expect(noGrad(() => forms[1](x)).toArray()).toEqual(noGrad(() => fresh(x)).toArray());
      });
    },
  );
}
