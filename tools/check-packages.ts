// The packages as their users get them: built, packed, linted, installed in an empty folder, and run there.
//   node tools/bootstrap.mjs run tools/check-packages.ts
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { readWorkspace } from "./arrows/workspace.ts";
import { inParallel } from "./packages/in-parallel.ts";
import { combinationProblems, type Combination } from "./packages/install.ts";
import { packPlatform, platformCombination } from "./packages/platform.ts";
import { packageProblems } from "./packages/lint.ts";
import { isPublic, packAll } from "./packages/pack.ts";
import { sizeProblems } from "./packages/size.ts";

const root = dirname(import.meta.dirname);
const workspace = readWorkspace(root);
const written = workspace.packages.filter(isPublic);

const combinations: Combination[] = [
  { name: "observers alone", packages: ["@octavo/observers"], readme: "observers" },
  {
    name: "runtime and kernels-wasm",
    packages: ["@octavo/runtime", "@octavo/kernels-wasm"],
    readme: "runtime",
  },
  { name: "octavo", packages: ["octavo"], readme: "octavo" },
  { name: "all, imported", packages: written.map(({ manifest }) => manifest.name) },
];

/** The workspace's Node, and the user's if it is another one. */
const nodes = [...new Set([process.execPath, process.env.OCTAVO_PATH_NODE ?? process.execPath])];

let failed = 0;
const report = (name: string, problems: readonly string[], note = "") => {
  console.log(`${problems.length > 0 ? "FAILED" : "ok    "}  ${name}${note}`);
  for (const problem of problems) console.log(problem.replaceAll(/^/gm, "        "));
  if (problems.length > 0) failed++;
};
const skip = (name: string, why: string) => console.log(`skipped ${name}: ${why}`);

const tarballs = await packAll(workspace).catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
const linted = await inParallel(tarballs, packageProblems);
tarballs.forEach(({ package: { short } }, i) => report(`publint and attw: ${short}`, linted[i]!));
report("sizes in READMEs (tools/sizes.ts writes them)", written.flatMap(sizeProblems));

for (const combination of combinations) {
  const name = `install and run: ${combination.name}`;
  const missing = notWritten(combination);
  if (missing.length > 0) skip(name, `not written yet: ${missing.join(", ")}`);
  else
    report(name, await combinationProblems(combination, tarballs, nodes), ` (${nodes.length} Node versions)`);
}
const platform = await packPlatform(root);
if (platform) {
  const combination = platformCombination(platform);
  const problems = await combinationProblems(combination, [...tarballs, platform], nodes);
  report(`install and run: ${combination.name}`, problems);
} else skip("octavo with prebuilt kernels", "tools/make-platforms.ts has not made this system's package");
for (const { short, manifest } of workspace.packages) {
  if (!manifest.private && !written.some((one) => one.short === short)) skip(short, "nothing written yet");
}
process.exitCode = failed > 0 ? 1 : 0;

/** What a combination needs and does not find: packages without source, its README. */
function notWritten({ packages, readme }: Combination): string[] {
  const byName = new Map(workspace.packages.map((one) => [one.manifest.name, one]));
  const seen = new Set<string>();
  const visit = (name: string) => {
    if (!byName.has(name) || seen.has(name)) return;
    seen.add(name);
    Object.keys(byName.get(name)!.manifest.dependencies ?? {}).forEach(visit);
  };
  packages.forEach(visit);
  const stubs = [...seen].filter((name) => byName.get(name)!.isStub);
  const hasReadme = !readme || existsSync(join(root, "packages", readme, "README.md"));
  return hasReadme ? stubs : [...stubs, `packages/${readme}/README.md`];
}
