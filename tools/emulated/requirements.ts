import { existsSync } from "node:fs";
import { capture, run } from "../bootstrap/process.mjs";

const programs = ["qemu-aarch64-static", "qemu-x86_64-static", "aarch64-linux-gnu-g++"];
const simde = "/usr/include/simde/x86/avx512.h";
const packages = ["qemu-user-static", "g++-aarch64-linux-gnu", "libsimde-dev"];
const install = ["apt-get", "install", "-y", ...packages];

/** Installs the emulators and the cross compiler if they are missing. Null, or why it cannot be done here. */
export async function whyNotHere(): Promise<string | null> {
  if (process.platform !== "linux" || process.arch !== "x64") {
    return `needs Linux on x64, this is ${process.platform} on ${process.arch}`;
  }
  const absent = missing();
  if (absent.length === 0) return null;
  const advice = `no ${absent.join(", ")}; ${install.join(" ")}`;
  if (process.getuid?.() !== 0 || capture(["apt-get", "--version"]) === null) return advice;
  console.log(`installing, as there is ${advice}`);
  const quietly = { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" }, onLine: () => {} };
  await run(["apt-get", "update"], quietly);
  await run(install, quietly);
  return missing().length === 0 ? null : `could not install: ${advice}`;
}

const missing = (): string[] => [
  ...programs.filter((program) => capture([program, "--version"]) === null),
  ...(existsSync(simde) ? [] : [simde]),
];
