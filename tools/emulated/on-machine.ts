// What runs on a real or imitated machine, with its Node:
//   node --conditions=@octavo/source on-machine.ts <index of the machine> <folder of the network>
import { join } from "node:path";
import { explain, loadKernels, resolve } from "../../packages/backend/src/index.ts";
import { machines, networks } from "./machines.ts";
import { networkDifference } from "./run-network.ts";
import { report } from "./report.ts";
import { runLaws } from "./run-laws.ts";
import { wasmProviders } from "./wasm-providers.ts";

const [index, folder] = process.argv.slice(2);
const { provider, passedOver, kernels: ofLaws } = machines[Number(index)]!;

await loadKernels();
const { kernels } = explain();
const others = kernels.filter((kernel) => kernel.provider !== provider);
report(`all kernels run on ${provider}`, others.length > 0 ? others.join("\n") : null);
if (passedOver) {
  const reason = explain("quantizedConv").passedOver.find(
    (one) => one.provider === passedOver.provider,
  )?.reason;
  const asExpected = reason?.includes(passedOver.reason) ?? false;
  report(`${passedOver.provider} is passed over`, asExpected ? null : `reason: ${reason}`, reason);
}
for (const use of new Set([provider, ...(await wasmProviders()), ...(ofLaws ? [] : ["reference"])])) {
  for (const network of networks) {
    const difference = await networkDifference(use, join(folder!, network));
    report(`the ${network} network gives the same bits with ${use}`, difference);
  }
}
await loadKernels({ use: provider });
runLaws(resolve("quantizedConv"), report, ofLaws);
