import { loadKernels } from "@octavo/backend";

/** Why these kernels cannot run here, or null. */
export async function obstacle(use: string): Promise<string | null> {
  return loadKernels({ use }).then(
    () => null,
    (error: Error) => error.message.split("\n")[0],
  );
}

/** The same for a process of its own, which runs TypeScript. */
export async function obstacleToProcess(use: string): Promise<string | null> {
  return process.features.typescript ? obstacle(use) : "Node runs no TypeScript";
}
