// The packages with prebuilt kernels (packages/platforms): builds each with zig, and checks what the file says of itself.
//   node tools/bootstrap.mjs run tools/make-platforms.ts [linux-x64-gnu …]
import { crossCompiler } from "./platforms/cross-compiler.ts";
import { compilerFolder, makePlatform } from "./platforms/make-platform.ts";
import { targets } from "./platforms/targets.ts";

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !targets.some((target) => target.name === name));
if (unknown.length > 0) {
  console.error(
    `no such platform: ${unknown.join(", ")}; known: ${targets.map(({ name }) => name).join(", ")}`,
  );
  process.exit(2);
}
const compiler = await crossCompiler(compilerFolder);
if (!compiler) {
  console.error("no zig: it comes from PyPI by `python3 -m pip`, which is not here or found nothing");
  process.exit(1);
}
for (const target of targets.filter(({ name }) => asked.length === 0 || asked.includes(name))) {
  if (!(await makePlatform(target, compiler)).isRight) process.exitCode = 1;
}
