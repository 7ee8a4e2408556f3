// Builds this processor's addon with the address and undefined-behaviour sanitizers, by g++:
//   node build.mjs <output>
import { fileURLToPath } from "node:url";
import { buildNative } from "../../packages/kernels-common/scripts/build-native.mjs";

const kernels = { x64: "kernels-x86", arm64: "kernels-arm" }[process.arch];
const { addon } = await import(`../../packages/${kernels}/scripts/addon.mjs`);

await buildNative({
  ...addon,
  output: process.argv[2],
  compilers: [["g++"]],
  // Not optimised: it compiles in a fifth of the time, and no faulty access is optimised away.
  extraFlags: [
    "-O0",
    "-g",
    "-fno-omit-frame-pointer",
    "-fsanitize=address,undefined",
    "-fno-sanitize-recover=all",
  ],
  replacements: [fileURLToPath(new URL("./workspace.cpp", import.meta.url))],
});
