/** A system for which a package with prebuilt kernels exists. */
export interface Target {
  /** Folder in `packages/platforms`, and the end of the package's name. */
  readonly name: string;
  /** Its `process.platform` and `process.arch`. */
  readonly system: "linux" | "darwin" | "win32";
  readonly architecture: "x64" | "arm64";
  /** What zig calls it: the oldest system on which the addon runs. */
  readonly triple: string;
}

/** Debian 10 and Ubuntu 18.10 have glibc 2.28, which Node 20 itself needs; so does macOS 11. */
export const targets: readonly Target[] = [
  { name: "linux-x64-gnu", system: "linux", architecture: "x64", triple: "x86_64-linux-gnu.2.28" },
  { name: "linux-x64-musl", system: "linux", architecture: "x64", triple: "x86_64-linux-musl" },
  { name: "linux-arm64-gnu", system: "linux", architecture: "arm64", triple: "aarch64-linux-gnu.2.28" },
  { name: "linux-arm64-musl", system: "linux", architecture: "arm64", triple: "aarch64-linux-musl" },
  { name: "darwin-x64", system: "darwin", architecture: "x64", triple: "x86_64-macos.11.0" },
  { name: "darwin-arm64", system: "darwin", architecture: "arm64", triple: "aarch64-macos.11.0" },
  { name: "win32-x64", system: "win32", architecture: "x64", triple: "x86_64-windows-gnu" },
  { name: "win32-arm64", system: "win32", architecture: "arm64", triple: "aarch64-windows-gnu" },
];
