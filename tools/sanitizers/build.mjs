// Builds this processor's addon with sanitizers, by g++:
//   node build.mjs address,undefined|thread <output>
import { fileURLToPath } from "node:url";
import { buildNative } from "../../packages/kernels-common/scripts/build-native.mjs";

const kernels = { x64: "kernels-x86", arm64: "kernels-arm" }[process.arch];
const { addon } = await import(`../../packages/${kernels}/scripts/addon.mjs`);

/** C++ files of this folder that each needs. */
const files = { "address,undefined": "workspace.cpp", thread: "memory.cpp" };
const [sanitizers, output] = process.argv.slice(2);

await buildNative({
  ...addon,
  output,
  compilers: [["g++"]],
  // Not optimised: it compiles in a fifth of the time, and no faulty access is optimised away.
  extraFlags: [
    "-O0",
    "-g",
    "-fno-omit-frame-pointer",
    `-fsanitize=${sanitizers}`,
    "-fno-sanitize-recover=all",
  ],
  replacements: [fileURLToPath(new URL(files[sanitizers], import.meta.url))],
});
