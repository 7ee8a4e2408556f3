/** Where an addon may lie. */
export interface AddonPlace {
  /** For messages: a path, or a package's name. */
  readonly name: string;
  /** The `.node` file; null when nothing is there. Looks for it when it is asked: a search through packages takes long. */
  find(): string | null;
}

/** Packages that bring an addon built for this system; on Linux npm installs the one of its C library. */
export const platformPackages = (): string[] => {
  const platform = `@octavo/kernels-${process.platform}-${process.arch}`;
  return process.platform === "linux" ? [`${platform}-gnu`, `${platform}-musl`] : [platform];
};

/** Places of an addon in the order in which they are tried: what was built in the package, then platform packages. */
export function addonPlaces(local: URL): AddonPlace[] {
  const { fileURLToPath } = process.getBuiltinModule("node:url");
  const { existsSync } = process.getBuiltinModule("node:fs");
  const built = fileURLToPath(local);
  const installed = (name: string): string | null => {
    try {
      const { resolve } = process.getBuiltinModule("node:module").createRequire(local);
      const file = resolve(`${name}/octavo.node`);
      return existsSync(file) ? file : null;
    } catch {
      return null;
    }
  };
  return [
    { name: built, find: () => (existsSync(built) ? built : null) },
    ...platformPackages().map((name) => ({ name, find: () => installed(name) })),
  ];
}
