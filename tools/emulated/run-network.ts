import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { load } from "../../packages/runtime/src/index.ts";
import { bitDifference } from "../../packages/testing/src/index.ts";

/** Shape of the network's input, float32. */
export const inputShape = [5, 1, 28, 28];

/** What lies in the folder of a network; the numbers are raw float32. */
export const networkFiles = (folder: string) => ({
  program: join(folder, "network.safetensors"),
  input: join(folder, "input.f32"),
  expected: join(folder, "expected.f32"),
});

/** Runs a program on one batch with the named kernels. */
export async function runNetwork(
  kernels: string,
  program: string,
  data: Float32Array,
): Promise<Float32Array> {
  const session = await load(program, { kernels: { use: kernels } });
  const { data: logits } = session.run({ data, shape: inputShape });
  session.dispose();
  return logits as Float32Array;
}

/** Runs one of the networks of `writeNetworks`; null if its outputs have the same bits as where it was written. */
export async function networkDifference(kernels: string, folder: string): Promise<string | null> {
  const { program, input, expected } = networkFiles(folder);
  return bitDifference(
    await runNetwork(kernels, program, await readFloats(input)),
    await readFloats(expected),
  );
}

async function readFloats(file: string): Promise<Float32Array> {
  return new Float32Array(new Uint8Array(await readFile(file)).buffer);
}
