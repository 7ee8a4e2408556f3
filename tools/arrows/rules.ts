import { isBuiltin } from "node:module";
import { dirname, relative, resolve, sep } from "node:path";
import { declaredArrows, requiredNames, type Arrows } from "./drawn.ts";
import { splitSpecifier, type Import } from "./imports.ts";
import type { Package, SourceFile, Workspace } from "./workspace.ts";

/** Everything in which imports, manifests and drawn arrows differ, one sentence each. */
export function arrowProblems(workspace: Workspace, drawn: Arrows | null): string[] {
  return [
    ...workspace.packages.flatMap((package_) => importProblems(package_, workspace)),
    ...workspace.packages.filter(({ isStub }) => !isStub).flatMap(unusedDependencies),
    ...drawingProblems(declaredArrows(workspace), drawn),
    ...cycles(declaredArrows(workspace)),
  ];
}

/** Imports that the manifest does not allow, or that reach where only a package's own files may. */
function importProblems(package_: Package, { root, manifest: rootManifest, packages }: Workspace): string[] {
  const { manifest, short } = package_;
  const shippable = new Set(requiredNames(manifest));
  const optionalPeers = new Set(
    Object.keys(manifest.peerDependencies ?? {}).filter((name) => !shippable.has(name)),
  );
  const inTests = new Set([
    ...shippable,
    ...Object.keys({ ...manifest.devDependencies, ...rootManifest.devDependencies }),
  ]);
  const problemOf = (file: SourceFile, { specifier, dynamic }: Import): string | null => {
    if (/^\.{0,2}\//.test(specifier))
      return leaves(package_, file, specifier)
        ? "leaves the package; import the other package by name"
        : null;
    if (isBuiltin(specifier)) return null;
    const { name, subpath } = splitSpecifier(specifier);
    const target = packages.find((other) => other.manifest.name === name);
    if (target && !isExported(target, subpath)) return `is internal to ${name}; import what it exports`;
    if (name === manifest.name || (file.shipped ? shippable : inTests).has(name)) return null;
    if (file.shipped && optionalPeers.has(name)) {
      return dynamic ? null : "is an optional peer and may be absent; import() it and catch";
    }
    const list = file.shipped ? "dependencies" : "devDependencies";
    return `is not in the ${list} of ${short}/package.json`;
  };
  return package_.files.flatMap((file) =>
    file.imports.flatMap((found) => {
      const problem = problemOf(file, found);
      return problem ? [`${relative(root, file.path)}:${found.line}: "${found.specifier}" ${problem}`] : [];
    }),
  );
}

function unusedDependencies(package_: Package): string[] {
  const { manifest, short, files } = package_;
  const imported = (wanted: (file: SourceFile) => boolean) =>
    new Set(
      files.filter(wanted).flatMap(({ imports }) => imports.map((one) => splitSpecifier(one.specifier).name)),
    );
  const shipped = imported((file) => file.shipped);
  const others = imported((file) => !file.shipped);
  const unused = (list: string, names: object | undefined, problem: (name: string) => string | null) =>
    Object.keys(names ?? {}).flatMap((name) => {
      const text = problem(name);
      return text ? [`${short}/package.json: ${name} is in ${list} but ${text}`] : [];
    });
  return [
    ...unused("dependencies", manifest.dependencies, (name) => {
      if (shipped.has(name)) return null;
      return others.has(name)
        ? "only tests or scripts import it; move it to devDependencies"
        : "nothing in src imports it";
    }),
    ...unused("peerDependencies", manifest.peerDependencies, (name) =>
      shipped.has(name) ? null : "nothing in src imports it",
    ),
    ...unused("devDependencies", manifest.devDependencies, (name) => {
      // Packages of types are used without an import; an optional peer is linked in the workspace only from here.
      const needed =
        others.has(name) || name.startsWith("@types/") || name in (manifest.peerDependencies ?? {});
      return needed ? null : "no test or script imports it";
    }),
  ];
}

function drawingProblems(declared: Arrows, drawn: Arrows | null): string[] {
  if (!drawn) return ["ARCHITECTURE.md has no table under a heading ## Arrows; draw it with --write"];
  const problems: string[] = [];
  for (const short of new Set([...declared.keys(), ...drawn.keys()])) {
    const [imports, arrows] = [declared.get(short), drawn.get(short)];
    if (!imports) problems.push(`ARCHITECTURE.md: row ${short} is no package`);
    if (!arrows) problems.push(`ARCHITECTURE.md: no row for package ${short}`);
    if (!imports || !arrows) continue;
    for (const to of imports)
      if (!arrows.has(to)) problems.push(`ARCHITECTURE.md: the arrow ${short} → ${to} is not drawn`);
    for (const to of arrows)
      if (!imports.has(to))
        problems.push(`ARCHITECTURE.md: the arrow ${short} → ${to} is drawn but not used`);
  }
  return problems;
}

function cycles(arrows: Arrows): string[] {
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (short: string, path: readonly string[]) => {
    if (path.includes(short)) found.push(`cycle: ${[...path.slice(path.indexOf(short)), short].join(" → ")}`);
    if (done.has(short) || path.includes(short)) return;
    for (const next of arrows.get(short) ?? []) visit(next, [...path, short]);
    done.add(short);
  };
  for (const short of arrows.keys()) visit(short, []);
  return found;
}

function leaves({ folder }: Package, file: SourceFile, specifier: string): boolean {
  return !resolve(dirname(file.path), specifier).startsWith(folder + sep);
}

function isExported({ manifest: { exports } }: Package, subpath: string): boolean {
  return Object.keys(exports ?? {}).some((key) => {
    const [before, after] = key.split("*");
    return after === undefined ? key === subpath : subpath.startsWith(before!) && subpath.endsWith(after);
  });
}
