// The runtime in real browsers, as a page gets it: bundled by Vite, and unbundled from another server; it compiles while it
// downloads.
//   node tools/bootstrap.mjs run tools/check-browsers.ts
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { build } from "vite";
import { readWorkspace } from "./arrows/workspace.ts";
import { browsers, installBrowsers, programOf } from "./browsers/browsers.ts";
import { HeldModules } from "./browsers/held-modules.ts";
import { openPage } from "./browsers/open-page.ts";
import { asOnServer } from "./browsers/package-server.ts";
import { filesOf, Site } from "./browsers/site.ts";
import { networks } from "./emulated/machines.ts";
import { report } from "./emulated/report.ts";
import { networkFiles } from "./emulated/run-network.ts";
import { writeNetworks } from "./emulated/write-network.ts";
import { closure, install } from "./packages/install.ts";
import { packAll } from "./packages/pack.ts";

/** What a page may download to run int8, compressed by brotli: the runtime and one WebAssembly module. */
const budget = 120_000;

/** What `page.js` posts. */
interface Visit {
  readonly error?: string;
  readonly isolated: boolean;
  /** First line of `explain()`. */
  readonly kernels: string;
  /** By network. */
  readonly outputs: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;
}

const folder = realpathSync(mkdtempSync(join(tmpdir(), "octavo-page-")));
try {
  await check();
} finally {
  rmSync(folder, { recursive: true });
}

function networkFolder(network: string): string {
  return join(folder, "network", network);
}

async function check(): Promise<void> {
  const tarballs = await packAll(readWorkspace(dirname(import.meta.dirname)));
  await install(closure(["@octavo/runtime", "@octavo/kernels-wasm"], tarballs), folder);
  const bundled = await bundle();
  await writeNetworks(join(folder, "network"));
  await installBrowsers();
  const modules = new HeldModules();
  for (const isolated of [true, false]) {
    const pages = {
      "bundled by Vite": { page: filesOf(bundled), packages: null },
      "packages from another server": { page: filesOf(folder), packages: asOnServer(folder) },
    };
    for (const [how, { page, packages }] of Object.entries(pages)) {
      const server = packages && new Site({ isolated, read: modules.hold(packages) });
      const origin = await server?.open();
      const site = new Site({
        isolated,
        read: modules.hold(async (path) => {
          if (path.startsWith("/network/")) return filesOf(folder)(path);
          const body = await page(path);
          return origin && body && path === "/page.js" ? String(body).replaceAll('"@', `"${origin}/@`) : body;
        }),
      });
      const address = await site.open();
      /** What was asked for since the last time. */
      const takeRequests = () => [site, server].flatMap((one) => one?.requests.splice(0) ?? []);
      for (const browser of browsers) {
        const name = `${browser.name}, ${how}, ${isolated ? "" : "not "}cross-origin isolated`;
        const program = programOf(browser);
        if (program === null) {
          console.log(`skipped ${name}: no ${browser.package} is installed`);
          continue;
        }
        takeRequests();
        const visit = await openPage<Visit>(browser, program, site, `${address}/index.html`).catch(
          ({ message }: Error) => ({ error: message }) as Visit,
        );
        const downloaded = [...new Set(takeRequests())];
        report(name, visitProblem(visit, isolated, downloaded), visit.kernels);
        report(`${name}, compiles while it downloads`, await modules.takeProblem());
        if (!packages && !visit.error) report(`${name}, download`, ...downloadProblem(bundled, downloaded));
      }
      site.close();
      server?.close();
    }
  }
}

/** A page with the packages that were installed, by Vite's defaults. */
async function bundle(): Promise<string> {
  const root = import.meta.dirname;
  for (const file of ["page.js", "index.html"]) cpSync(join(root, "browsers", file), join(folder, file));
  const outDir = join(folder, "site");
  await build({ root: folder, logLevel: "warn", build: { outDir, target: "esnext" } });
  return outDir;
}

/** [problem or null, remark]: the scripts and the module that it asked for; not that of the worker, which only `runAsync` needs. */
function downloadProblem(site: string, downloaded: readonly string[]): [string | null, string] {
  const bytesOf = (ending: string) =>
    downloaded
      .filter((path) => path.endsWith(ending) && !path.includes("session-worker"))
      .reduce((sum, path) => sum + brotliCompressSync(readFileSync(join(site, path))).length, 0);
  const wasm = bytesOf(".wasm");
  const bytes = bytesOf(".js") + wasm;
  const remark = `${bytes} bytes by brotli, of them ${wasm} WebAssembly`;
  return [bytes <= budget ? null : `${remark}; more than ${budget}`, remark];
}

function visitProblem(
  { error, isolated, kernels, outputs }: Visit,
  wanted: boolean,
  downloaded: readonly string[],
): string | null {
  if (error !== undefined) return error;
  if (isolated !== wanted) return `the page says that it is ${isolated ? "" : "not "}isolated`;
  const right = wanted
    ? /: wasm-[\w-]+-threads \([^,]*, \d+ threads?\)$/
    : /: wasm-(?![\w-]*-threads)[\w-]+ \([^,]*, 1 thread\)$/;
  if (!right.test(kernels)) return `other kernels than expected: ${kernels}`;
  const modules = downloaded.filter((path) => path.endsWith(".wasm"));
  if (modules.length !== 1) return `it downloaded not one module but ${modules.join(", ")}`;
  const wrong = networks.flatMap((network) => {
    const expected = readFileSync(networkFiles(networkFolder(network)).expected);
    return Object.entries(outputs[network]).flatMap(([name, bytes]) =>
      expected.equals(Uint8Array.from(bytes)) ? [] : [`${network} ${name}`],
    );
  });
  return wrong.length === 0 ? null : `other bits than in Node: ${wrong.join(", ")}`;
}
