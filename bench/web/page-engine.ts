import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createReadStream, existsSync, mkdtempSync, rmSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { createServer } from "vite";
import type { Connect, ViteDevServer } from "vite";
import type { Browser } from "../../tools/browsers/browsers.ts";
import { peerFolders } from "../peers.ts";

const headers = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};
const types: Readonly<Record<string, string>> = {
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

/** A file of a package that was installed for a peer, by a path that begins with the package's name. */
const peerFile = (path: string): string | undefined =>
  peerFolders.map((folder) => join(folder, "node_modules", path)).find((file) => existsSync(file));

/** A contestant in a page of its own browser; as `Engine`, it does one piece of work at a time when it is asked. */
export class PageEngine {
  readonly #server: ViteDevServer;
  readonly #profile = mkdtempSync(join(tmpdir(), "octavo-bench-"));
  #browser: ChildProcess | null = null;
  #command: string | null = null;
  /** The page's request for something to do. */
  #asking: ServerResponse | null = null;
  #answered: ((answer: { result?: unknown; error?: string }) => void) | null = null;

  private constructor(server: ViteDevServer) {
    this.#server = server;
  }

  static async open(browser: Browser, program: string): Promise<PageEngine> {
    const routes: Readonly<Record<string, Connect.NextHandleFunction>> = {
      "/next": (_, response) => engine.#ask(response),
      "/answer": (request, response) => {
        let text = "";
        request.on("data", (chunk) => (text += chunk));
        request.on("end", () => {
          response.end();
          engine.#answered?.(JSON.parse(text));
        });
      },
      "/file": (request, response) =>
        createReadStream(decodeURIComponent(request.url!.slice(request.url!.indexOf("?") + 1))).pipe(
          response,
        ),
      "/peers/": (request, response) => {
        // Vite asks for scripts with a query.
        const { pathname } = new URL(request.url!, "http://localhost");
        const file = peerFile(pathname);
        response.setHeader("Content-Type", types[extname(pathname)] ?? "application/octet-stream");
        if (file !== undefined) return void createReadStream(file).pipe(response);
        response.statusCode = 404;
        response.end();
      },
    };
    const server = await createServer({
      root: join(import.meta.dirname, "page"),
      logLevel: "error",
      resolve: { conditions: ["@octavo/source"] },
      server: { port: 0, headers, fs: { strict: false } },
      plugins: [
        {
          name: "engine",
          configureServer({ middlewares }) {
            for (const [path, handle] of Object.entries(routes)) {
              middlewares.use(path, (request, response, next) => {
                for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
                handle(request, response, next);
              });
            }
          },
        },
      ],
    });
    await server.listen();
    const engine = new PageEngine(server);
    engine.#browser = spawn(program, browser.arguments(server.resolvedUrls!.local[0], engine.#profile), {
      stdio: "ignore",
      // A group of its own, so that its helpers end with it.
      detached: true,
    });
    return engine;
  }

  call<T>(call: string, argument: unknown = null): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#answered = ({ result, error }) =>
        error === undefined ? resolve(result as T) : reject(new Error(error));
      this.#command = JSON.stringify({ call, argument });
      this.#tell();
    });
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#browser!.once("exit", resolve));
    process.kill(-this.#browser!.pid!, "SIGKILL");
    await ended;
    await this.#server.close();
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  #ask(response: ServerResponse): void {
    this.#asking = response;
    this.#tell();
  }

  #tell(): void {
    if (this.#asking === null || this.#command === null) return;
    this.#asking.setHeader("Content-Type", "application/json");
    this.#asking.end(this.#command);
    this.#asking = this.#command = null;
  }
}
