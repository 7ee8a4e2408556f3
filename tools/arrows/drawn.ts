import type { Manifest, Package, Workspace } from "./workspace.ts";

/** Package → the packages of the workspace that it imports, all by short name. */
export type Arrows = ReadonlyMap<string, ReadonlySet<string>>;

const heading = "## Arrows";

/** The table under `## Arrows` of ARCHITECTURE.md; null when there is none. */
export function drawnArrows(markdown: string): Arrows | null {
  const section = arrowSection(markdown);
  if (section === null) return null;
  const rows = section
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .slice(2) // the header and the line under it
    .map((line) => line.split("|").slice(1, 3).map(names));
  return new Map(rows.map(([[short], imports]) => [short!, new Set(imports)]));
}

/**
 * The arrows that the manifests declare. What only tests need (devDependencies) is no arrow, nor what is looked for
 * at run time and may be absent (optional peers: the kernel packages).
 */
export function declaredArrows({ packages }: Workspace): Arrows {
  const shortNames = new Map(packages.map(({ manifest, short }) => [manifest.name, short]));
  const imports = ({ manifest }: Package) =>
    requiredNames(manifest)
      .map((name) => shortNames.get(name))
      .filter((short) => short !== undefined);
  return new Map(packages.map((package_) => [package_.short, new Set(imports(package_))]));
}

/** Dependencies of every kind, except devDependencies and optional peers. */
export function requiredNames(manifest: Manifest): string[] {
  const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = manifest;
  const peers = Object.keys(peerDependencies ?? {}).filter((name) => !peerDependenciesMeta?.[name]?.optional);
  return [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers];
}

/** The arrows as a table, each package below all that it imports. */
export function drawArrows(arrows: Arrows): string {
  const rows = inOrder(arrows).map((short) => {
    const imports = inOrder(arrows).filter((other) => arrows.get(short)!.has(other));
    return `| \`${short}\` | ${imports.map((name) => `\`${name}\``).join(", ")} |`;
  });
  return ["| package | imports |", "|---|---|", ...rows].join("\n");
}

/** ARCHITECTURE.md with its table replaced; the prose around the table stays. */
export function withArrows(markdown: string, arrows: Arrows): string {
  const section = arrowSection(markdown);
  if (section === null) return `${markdown.trimEnd()}\n\n${heading}\n\n${drawArrows(arrows)}\n`.trimStart();
  const lines = section.split("\n");
  const first = lines.findIndex((line) => line.startsWith("|"));
  const table = drawArrows(arrows).split("\n");
  if (first < 0) lines.splice(1, 0, "", ...table);
  else lines.splice(first, lines.filter((line) => line.startsWith("|")).length, ...table);
  return markdown.replace(section, () => lines.join("\n"));
}

function arrowSection(markdown: string): string | null {
  const start = `\n${markdown}`.indexOf(`\n${heading}\n`);
  if (start < 0) return null;
  const end = markdown.indexOf("\n## ", start + heading.length);
  return markdown.slice(start, end < 0 ? undefined : end);
}

const names = (cell: string) =>
  cell
    .replaceAll("`", "")
    .split(",")
    .map((name) => name.trim())
    .filter(Boolean);

function inOrder(arrows: Arrows): string[] {
  const depth = (short: string, seen: readonly string[] = []): number =>
    seen.includes(short)
      ? 0
      : Math.max(0, ...[...(arrows.get(short) ?? [])].map((next) => 1 + depth(next, [...seen, short])));
  const depths = new Map([...arrows.keys()].map((short) => [short, depth(short)]));
  return [...arrows.keys()].sort((a, b) => depths.get(a)! - depths.get(b)! || a.localeCompare(b));
}
