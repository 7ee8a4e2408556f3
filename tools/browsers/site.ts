import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";
import { Readable } from "node:stream";

/** What a site serves and how. */
export interface SiteOptions {
  /** Whether pages are cross-origin isolated. */
  readonly isolated: boolean;
  /** The bytes of an address's path, as a whole or as they come; undefined if there is nothing. */
  read(path: string): Promise<Uint8Array | string | AsyncIterable<Uint8Array> | undefined>;
}

const types: Readonly<Record<string, string>> = {
  "": "text/javascript",
  ".html": "text/html",
  ".js": "text/javascript",
  ".wasm": "application/wasm",
};

/** A server of its own origin for static files; pages post JSON to it, which it hands out once. */
export class Site {
  readonly #server: Server;
  #receive: ((message: unknown) => void) | null = null;
  /** Paths that were asked for. */
  readonly requests: string[] = [];

  constructor({ isolated, read }: SiteOptions) {
    this.#server = createServer((request, response) => {
      this.#answer(request, response, read, isolated).catch((error: Error) => {
        response.writeHead(500).end(error.message);
      });
    });
  }

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What the next page posts. */
  message(): Promise<unknown> {
    return new Promise((resolve) => (this.#receive = resolve));
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
    read: SiteOptions["read"],
    isolated: boolean,
  ): Promise<void> {
    const { pathname } = new URL(request.url!, "http://localhost");
    const headers: Record<string, string> = {
      "Access-Control-Allow-Origin": "*",
      "Cross-Origin-Resource-Policy": "cross-origin",
      ...(isolated && {
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Embedder-Policy": "require-corp",
      }),
    };
    if (request.method === "POST") {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      response.writeHead(204, headers).end();
      this.#receive?.(JSON.parse(Buffer.concat(chunks).toString()));
      return;
    }
    this.requests.push(pathname);
    const body = await read(pathname);
    if (body === undefined) return void response.writeHead(404, headers).end();
    const type = types[extname(pathname)] ?? "application/octet-stream";
    response.writeHead(200, { ...headers, "Content-Type": type });
    Readable.from(body).pipe(response);
  }
}

/** Reads files of a folder. */
export function filesOf(folder: string): SiteOptions["read"] {
  return (path) => readFile(join(folder, normalize(path))).catch(() => undefined);
}
