import { loadKernels, explain } from "@octavo/backend";
import { MnistNet } from "@octavo/models";
import { SGD, F } from "@octavo/nn";
import { randn, tensor, manualSeed } from "@octavo/tensor";
import { fuseModulesQat } from "@octavo/fusion";
import { prepareQat, getDefaultQatQConfig } from "@octavo/qat";
await loadKernels();
const B = 128;
manualSeed(1);
const x = randn([B, 1, 28, 28]);
const t = tensor(Array.from({ length: B }, (_, i) => i % 10), { dtype: "int32" });
function bench(name: string, net: any) {
  const opt = new SGD(net.parameters(), { lr: 0.05, momentum: 0.9 });
  let t0 = 0; const N = 60;
  for (let i = 0; i < N + 10; i++) {
    if (i === 10) t0 = performance.now();
    opt.zeroGrad();
    const loss = F.crossEntropy(net(x), t);
    loss.backward();
    opt.step();
  }
  const ms = (performance.now() - t0) / N;
  console.log(name, ms.toFixed(2), "ms/step", Math.round(B / ms * 1000), "img/s");
}
const net = new MnistNet();
bench("float", net);
net.qconfig = getDefaultQatQConfig();
const fused = fuseModulesQat(net, x.detach());
const model = (fused as any).model ?? fused;
bench("qat", prepareQat(model));
