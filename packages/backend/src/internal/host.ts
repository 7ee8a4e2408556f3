/** The machine and the settings that the registry looks at; tests put their own in its place. */
export interface Host {
  /** Node's name of the operating system and processor, or null in a browser. */
  readonly node: { readonly platform: string; readonly arch: string } | null;
  /** An environment variable; null where it is absent or empty, and in browsers. */
  variable(name: string): string | null;
}

interface Process {
  readonly versions?: { readonly node?: string };
  readonly platform: string;
  readonly arch: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const process = (globalThis as { process?: Process }).process;
const isNode = process?.versions?.node !== undefined;

export const host: Host = {
  node: isNode ? { platform: process.platform, arch: process.arch } : null,
  variable: (name) => (isNode && process.env[name]) || null,
};
