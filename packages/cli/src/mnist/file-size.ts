import { stat } from "node:fs/promises";

/** Bytes of a file. */
export const fileSize = async (path: string): Promise<number> => (await stat(path)).size;
