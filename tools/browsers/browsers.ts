import { capture, run } from "../bootstrap/process.mjs";

/** A browser that opens a page without a window. */
export interface Browser {
  readonly name: string;
  /** What the system may call it. */
  readonly programs: readonly string[];
  /** Debian's package. */
  readonly package: string;
  /** Its arguments for a page, with an empty folder for what it wants to remember. */
  arguments(address: string, profile: string): readonly string[];
}

export const browsers: readonly Browser[] = [
  {
    name: "Chromium",
    programs: ["chromium", "chromium-browser", "google-chrome"],
    package: "chromium",
    arguments: (address, profile) => [
      "--headless=new",
      // Its own sandbox refuses to run as root, as in containers.
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--no-first-run",
      `--user-data-dir=${profile}`,
      address,
    ],
  },
  {
    name: "Firefox",
    programs: ["firefox-esr", "firefox"],
    package: "firefox-esr",
    arguments: (address, profile) => ["--headless", "--no-remote", "--profile", profile, address],
  },
];

/** The program of a browser, or null. */
export function programOf({ programs }: Browser): string | null {
  return programs.find((program) => capture([program, "--version"]) !== null) ?? null;
}

/** Installs the browsers that are missing, where apt may. */
export async function installBrowsers(): Promise<void> {
  const absent = browsers.filter((browser) => programOf(browser) === null).map((browser) => browser.package);
  if (absent.length === 0) return;
  if (process.getuid?.() !== 0 || capture(["apt-get", "--version"]) === null) return;
  console.log(`installing ${absent.join(", ")}`);
  const quietly = { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" }, onLine: () => {} };
  await run(["apt-get", "update"], quietly);
  await run(["apt-get", "install", "-y", "--no-install-recommends", ...absent], quietly);
}
