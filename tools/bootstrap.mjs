// From an empty clone to a running command, with nothing but Node and npm: no shell, no dependency.
//   node tools/bootstrap.mjs start [options of the job]     npm start
//   node tools/bootstrap.mjs test [options of vitest]       npm test
//   node tools/bootstrap.mjs setup                          only what both need
//   node tools/bootstrap.mjs build                          npm run build: all packages, as they are published
//   node tools/bootstrap.mjs run tools/check-packages.ts    a slower check, see .ci/run
import { buildKernels } from "./bootstrap/kernels.mjs";
import { install } from "./bootstrap/install.mjs";
import { checkNodeVersion, workspaceNode } from "./bootstrap/node.mjs";
import { BootstrapError } from "./bootstrap/report.mjs";
import { runTool } from "./bootstrap/run.mjs";
import { startJob } from "./bootstrap/start.mjs";
import { runTests } from "./bootstrap/test.mjs";
import { turbo } from "./bootstrap/turbo.mjs";

const commands = {
  start: startJob,
  test: runTests,
  setup: async () => {},
  build: (tools) => turbo(["build"], tools),
  run: runTool,
};

async function main([name, ...args]) {
  const command = commands[name];
  if (!command) {
    throw new BootstrapError(
      `unknown command "${name ?? ""}"; there are: ${Object.keys(commands).join(", ")}`,
    );
  }
  checkNodeVersion();
  const pnpm = await install();
  const tools = { pnpm, node: workspaceNode() };
  await buildKernels(tools, { required: name !== "start" });
  return (await command(tools, args)) ?? 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof BootstrapError)) throw error;
  console.error(`octavo: ${error.message}`);
  process.exitCode = error.exitCode;
}
