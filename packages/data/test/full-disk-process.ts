/** Run by `checkpoint.test.ts` with a limit on the size of files: saves a checkpoint that is larger, and prints the error. */
import { zeros } from "@octavo/tensor";

import { saveCheckpoint } from "../src/index.ts";

const model = { stateDict: () => zeros([10_000]), loadStateDict: () => {} };
await saveCheckpoint(process.argv[2], { model }).catch((error: Error) => console.log(error.message));
