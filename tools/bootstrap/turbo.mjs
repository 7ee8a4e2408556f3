// Tasks across packages: turbo runs what changed and restores the rest from its cache.
import { dirname } from "node:path";
import { run, withPath } from "./process.mjs";
import { root, toolScript } from "./workspace.mjs";

/** Runs turbo and prints only what the tasks themselves print. @returns {Promise<number>} exit code */
export function turbo(args, { pnpm, node, env = {} }) {
  return run(
    [node.path, toolScript("turbo"), "run", ...args, "--output-logs=new-only", "--log-order=stream"],
    {
      cwd: root,
      env: withPath([dirname(node.path), pnpm.folder], {
        ...process.env,
        TURBO_TELEMETRY_DISABLED: "1",
        TURBO_NO_UPDATE_NOTIFIER: "1",
        ...env,
      }),
      onLine: (line) => {
        if (interesting(line)) console.log(line);
      },
    },
  );
}

// turbo's own banner, its cache messages and pnpm's echo of each command say nothing new.
const interesting = (line) => {
  const text = line.trim();
  return (
    text !== "" &&
    !/^•|^(Tasks|Cached|Time|Failed):|: cache (hit|miss|bypass)|^\S+:\S+: \$ |fetched \d+% |WARNING .*(no output files|No tasks were executed)|Circular package dependency/.test(
      text,
    )
  );
};
