// What a page of a user does, and what it saw.
import { explain } from "@octavo/backend";
import { load } from "@octavo/runtime";

const read = async (name) => (await fetch(new URL(name, location.href))).arrayBuffer();
const bytes = ({ data }) => [...new Uint8Array(data.buffer, data.byteOffset, data.byteLength)];

/** What it makes of its input at once, when all workers have come, and in a worker of its own. */
async function outputsOf(network) {
  const session = await load(new URL(`network/${network}/network.safetensors`, location.href));
  const input = { data: new Float32Array(await read(`network/${network}/input.f32`)), shape: [5, 1, 28, 28] };
  const first = bytes(session.run(input));
  // Workers come while the page waits.
  for (let i = 0; i < 100 && /starting/.test(explain()); i++)
    await new Promise((resolve) => setTimeout(resolve, 50));
  const again = bytes(session.run(input));
  const inWorker = bytes(await session.runAsync(input));
  return { first, again, inWorker };
}

/** As in `emulated/machines.ts`. */
const networks = ["octavo", "fbgemm"];

export async function visit() {
  const outputs = {};
  for (const network of networks) outputs[network] = await outputsOf(network);
  const [kernels] = String(explain()).split("\n");
  return { isolated: crossOriginIsolated, kernels, outputs };
}
