import { buildNative } from "../../packages/kernels-common/scripts/build-native.mjs";
import { addon as arm } from "../../packages/kernels-arm/scripts/addon.mjs";
import { addon as x86 } from "../../packages/kernels-x86/scripts/addon.mjs";

const addons = { x64: x86, arm64: arm };

/**
 * Builds a target's addon with zig.
 * @param {import("./targets.ts").Target} target
 * @param {readonly string[]} zig command line of zig
 * @param {string} output path of the addon
 * @param {readonly string[]} libraries what is linked beside it
 */
export async function buildAddon({ architecture, system, triple }, zig, output, libraries) {
  const compilers = [[...zig, "c++"]];
  const extraFlags = ["-target", triple];
  const addon = addons[architecture];
  const isaFlags = Object.fromEntries(
    Object.entries(addon.isaFlags).map(([unit, flags]) => [unit, flags.map(inZig)]),
  );
  if (!(await buildNative({ ...addon, isaFlags, output, system, compilers, extraFlags, libraries }))) {
    throw new Error(`${zig.join(" ")} does not run`);
  }
}

/** zig takes features with -mcpu only. */
const inZig = (flag) => flag.replace(/^-march=armv8\.2-a\b/, "-mcpu=generic");
