import type { CrossCompiler } from "./cross-compiler.ts";
import type { Target } from "./targets.ts";

/** What an addon's file says of itself. */
interface Facts {
  readonly format: string;
  readonly architecture: string;
  readonly libraries: readonly string[];
  readonly exports: readonly string[];
  /** glibc versions that its symbols ask for, as `[2, 28]`. */
  readonly glibc: readonly (readonly [number, number])[];
}

const reader = `
import json, re, sys, lief
binary = lief.parse(sys.argv[1])
versions = [v.name for s in getattr(binary, "symbols_version_requirement", []) for v in s.get_auxiliary_symbols()]
print(json.dumps({
  "format": binary.format.name,
  "architecture": binary.abstract.header.architecture.name,
  "libraries": [getattr(one, "name", str(one)) for one in binary.libraries if "ID_DYLIB" not in str(getattr(one, "command", ""))],
  "exports": [one.name.lstrip("_") for one in binary.exported_functions],
  "glibc": [[int(n) for n in m.groups()] for v in versions if (m := re.match(r"GLIBC_(\\d+)\\.(\\d+)", v))],
}))`;

const formats = { linux: "ELF", darwin: "MACHO", win32: "PE" };
const architectures = { x64: "X86_64", arm64: "ARM64" };
/** What Node itself brings or every such system has. */
const everywhere = {
  linux: /^(libc|libm|libpthread|libdl|ld-linux-.*)\.so(\.\d+)*$/,
  darwin: /^\/usr\/lib\/libSystem\.B\.dylib$/,
  win32: /^(node\.exe|kernel32\.dll|api-ms-win-crt-.*\.dll)$/i,
};

/** What is wrong with an addon for a system that this machine may be unable to run, one sentence each. */
export function addonProblems({ python }: CrossCompiler, file: string, target: Target): string[] {
  const text = python(reader, file);
  if (text === null) return [`${file} cannot be read`];
  const facts = JSON.parse(text) as Facts;
  const strange = facts.libraries.filter((name) => !everywhere[target.system].test(name));
  const [, newest] = /gnu\.2\.(\d+)/.exec(target.triple) ?? [];
  const tooNew = facts.glibc.filter(([major, minor]) => major > 2 || minor > Number(newest));
  return [
    ...expectation("format", formats[target.system], facts.format),
    ...expectation("processor", architectures[target.architecture], facts.architecture),
    ...(facts.exports.includes("napi_register_module_v1") ? [] : ["napi_register_module_v1 is not exported"]),
    ...strange.map((name) => `needs ${name}, which not every such system has`),
    ...(newest === undefined ? [] : tooNew.map((version) => `needs glibc ${version.join(".")}`)),
  ];
}

const expectation = (what: string, expected: string, got: string): string[] =>
  expected === got ? [] : [`${what}: expected ${expected}, got ${got}`];
