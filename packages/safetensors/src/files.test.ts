import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createNetServer } from "node:net";
import type { AddressInfo } from "node:net";
import { chmod, mkdtemp, mkdir, readdir, readFile, readlink, rm, stat } from "node:fs/promises";
import { symlink, writeFile as write } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { ArgumentError, FormatError } from "@octavo/spec";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { loadSafetensors, readBytes, saveSafetensors, writeFile, writeSafetensors } from "./index.ts";
import type { StoredTensor } from "./index.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "octavo-safetensors-"));
});
afterAll(() => rm(folder, { recursive: true }));

const weight: [string, StoredTensor] = ["w", { dtype: "F32", shape: [2], data: Float32Array.of(1, -0.5) }];

describe("saveSafetensors", () => {
  test("replaces a file and leaves nothing else behind", async () => {
    const path = join(folder, "net.safetensors");
    await write(path, "old");
    await saveSafetensors(path, [weight], { source: "test" });
    const { tensors, metadata } = await loadSafetensors(path);
    expect(tensors.get("w")).toEqual(weight[1]);
    expect(metadata).toEqual({ source: "test" });
    expect(await readdir(folder)).toEqual(["net.safetensors"]);
  });

  test("removes its temporary file when the target cannot be replaced", async () => {
    const blocked = join(folder, "blocked");
    await mkdir(join(blocked, "net.safetensors", "inside"), { recursive: true });
    await expect(saveSafetensors(join(blocked, "net.safetensors"), [weight])).rejects.toThrow(
      /net\.safetensors: expected a file that can be written, got E\w+: [^']+\.\n/,
    );
    expect(await readdir(blocked)).toEqual(["net.safetensors"]);
  });

  test("leaves the old file when the tensors are wrong", async () => {
    const path = join(folder, "kept.safetensors");
    await writeFile(path, Uint8Array.of(1));
    const wrong = { ...weight[1], shape: [3] } as StoredTensor;
    await expect(saveSafetensors(path, [["w", wrong]])).rejects.toThrow(ArgumentError);
    expect([...(await readFile(path))]).toEqual([1]);
  });
});

describe.skipIf(process.platform === "win32")("what lies at the path", () => {
  const bytes = writeSafetensors([weight]);
  let own: string;
  beforeEach(async () => {
    own = await mkdtemp(join(folder, "place-"));
  });

  test("a link stays one, and the file that it leads to is replaced", async () => {
    await mkdir(join(own, "elsewhere"));
    const file = join(own, "elsewhere", "net-1");
    await write(file, "old");
    await symlink(join("elsewhere", "net-1"), join(own, "latest"));
    await symlink("latest", join(own, "net"));
    await saveSafetensors(join(own, "net"), [weight]);
    expect(await readlink(join(own, "net"))).toBe("latest");
    expect(new Uint8Array(await readFile(file))).toEqual(bytes);
    expect(await readdir(join(own, "elsewhere"))).toEqual(["net-1"]);
  });

  test("a link to a file that is not there yet makes it", async () => {
    await mkdir(join(own, "elsewhere"));
    await symlink(join("elsewhere", "net-1"), join(own, "net"));
    await saveSafetensors(join(own, "net"), [weight]);
    expect(new Uint8Array(await readFile(join(own, "elsewhere", "net-1")))).toEqual(bytes);
    expect(await readlink(join(own, "net"))).toBe(join("elsewhere", "net-1"));
  });

  test("links in a circle are an error, and stay", async () => {
    await symlink("b", join(own, "a"));
    await symlink("a", join(own, "b"));
    await expect(saveSafetensors(join(own, "a"), [weight])).rejects.toThrow(
      /a: expected a file that can be written, got ELOOP: [^']+\.\n/,
    );
    expect((await readdir(own)).sort()).toEqual(["a", "b"]);
  });

  test.each([0o600, 0o664, 0o444])("a file keeps its permissions, %o", async (mode) => {
    const path = join(own, "net");
    await write(path, "old");
    await chmod(path, mode);
    await saveSafetensors(path, [weight]);
    expect((await stat(path)).mode % 0o1000).toBe(mode);
    expect(new Uint8Array(await readFile(path))).toEqual(bytes);
  });

  test("a pipe is written to, and stays one", async () => {
    const path = join(own, "pipe");
    execFileSync("mkfifo", [path]);
    const [read] = await Promise.all([readFile(path), saveSafetensors(path, [weight])]);
    expect(new Uint8Array(read)).toEqual(bytes);
    expect((await stat(path)).isFIFO()).toBe(true);
    expect(await readdir(own)).toEqual(["pipe"]);
  });

  test.skipIf(!existsSync("/dev/full"))("a full device is an error that says what to do", async () => {
    await expect(saveSafetensors("/dev/full", [weight])).rejects.toThrow(
      "/dev/full: expected a file that can be written, got ENOSPC: no space left on device.\nFree some space, or write it elsewhere.",
    );
  });

  // The process runs the sources.
  test.skipIf(!process.features.typescript)(
    "a file beyond the process's limit says what to do, and leaves nothing behind",
    () => {
      const script = `
      import { writeFile } from ${JSON.stringify(new URL("./index.ts", import.meta.url).href)};
      await writeFile("net", new Uint8Array(1e6)).catch(({ message }) => console.log(message));
    `;
      const flags = ["--conditions=@octavo/source", "--input-type=module", "-e", script];
      const command = ["-c", 'ulimit -f 8 && exec "$0" "$@"', process.execPath, ...flags];
      expect(execFileSync("sh", command, { cwd: own, encoding: "utf8" })).toBe(
        "net: expected a file that can be written, got EFBIG: file too large.\nFree some space, or write it elsewhere.\n",
      );
      expect(readdirSync(own)).toEqual([]);
    },
  );

  test("a socket cannot be written to, and stays one", async () => {
    const path = join(own, "socket");
    const server = createNetServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    await expect(saveSafetensors(path, [weight])).rejects.toThrow(
      /socket: expected a file that can be written, got ENXIO: /,
    );
    expect((await stat(path)).isSocket()).toBe(true);
    server.close();
  });

  test("many at once are one listener of the process, and none afterwards", async () => {
    const before = process.listenerCount("exit");
    const saves = Array.from({ length: 20 }, (_, i) => saveSafetensors(join(own, `net-${i}`), [weight]));
    expect(process.listenerCount("exit")).toBe(before + 1);
    await Promise.all(saves);
    expect(process.listenerCount("exit")).toBe(before);
  });
});

// The process runs the sources.
test.skipIf(!process.features.typescript)(
  "a process that ends while it writes leaves nothing behind",
  async () => {
    const own = await mkdtemp(join(folder, "ended-"));
    const script = `
    import { readdirSync } from "node:fs";
    import { writeFile } from ${JSON.stringify(new URL("./index.ts", import.meta.url).href)};
    const folder = ${JSON.stringify(own)};
    for (const name of ["a", "b"]) void writeFile(folder + "/" + name, new Uint8Array(1e8));
    const look = () => (readdirSync(folder).length === 2 ? process.exit() : setImmediate(look));
    look();
  `;
    const flags = ["--conditions=@octavo/source", "--input-type=module", "-e", script];
    execFileSync(process.execPath, flags);
    expect(await readdir(own)).toEqual([]);
  },
);

describe("loadSafetensors", () => {
  test("reads a file: address, bytes, and an http address", async () => {
    const path = join(folder, "sources.safetensors");
    await saveSafetensors(pathToFileURL(path), [weight]);
    const bytes = writeSafetensors([weight]);
    const server = createServer((request, response) => {
      response.statusCode = request.url === "/net" ? 200 : 404;
      response.end(bytes);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    for (const source of [
      path,
      pathToFileURL(path),
      pathToFileURL(path).href,
      bytes,
      bytes.buffer,
      `${address}/net`,
      new URL(`${address}/net`),
    ]) {
      expect((await loadSafetensors(source)).tensors.get("w")).toEqual(weight[1]);
    }
    await expect(readBytes(`${address}/other`)).rejects.toThrow(
      /\/other: expected a file that can be read, got HTTP status 404\.\nCheck the address\.$/,
    );
    server.close();
  });

  test("a server that is not there is an error with the reason", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/net`;
    await new Promise((resolve) => server.close(resolve));
    await expect(readBytes(address)).rejects.toThrow(
      /\/net: expected a file that can be read, got fetch failed: .*ECONNREFUSED.*\.\nCheck the address\.$/,
    );
  });

  test("a download that is cut off is an error with the reason", async () => {
    const server = createServer((_request, response) => {
      response.setHeader("Content-Length", 1000);
      response.write("a part", () => response.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/net`;
    const reading = readBytes(address);
    await expect(reading).rejects.toThrow(ArgumentError);
    await expect(reading).rejects.toThrow(
      /\/net: expected a file that can be read, got terminated: .+\.\nCheck the address\.$/,
    );
    server.close();
  });

  test("a file that is not there is an error that names it", async () => {
    await expect(loadSafetensors(join(folder, "absent"))).rejects.toThrow(ArgumentError);
    await expect(loadSafetensors(join(folder, "absent"))).rejects.toThrow(
      /absent: expected a file that can be read, got ENOENT: no such file or directory\.\nCheck the path\.$/,
    );
    const nowhere = join(folder, "nowhere", "net.safetensors");
    await expect(saveSafetensors(nowhere, [weight])).rejects.toThrow(
      `${nowhere}: expected a file that can be written, got ENOENT: no such file or directory.`,
    );
  });

  test("something else than a path cannot be written to", async () => {
    for (const [path, got] of [
      [undefined, "undefined"],
      [new Map(), "Map"],
      [new URL("https://example.org/net"), "https://example.org/net"],
    ] as const) {
      const save = saveSafetensors(path as never, [weight]);
      await expect(save).rejects.toThrow(ArgumentError);
      await expect(save).rejects.toThrow(`file: expected a path, or a file: URL, got ${got}.`);
    }
  });

  test("something else than a source is an error that says what sources are", async () => {
    for (const [source, got] of [
      [undefined, "undefined"],
      [null, "null"],
      [() => 1, "Function"],
      [new SharedArrayBuffer(8), "SharedArrayBuffer"],
      [new Response(""), "Response"],
    ]) {
      await expect(readBytes(source as never)).rejects.toThrow(
        `file: expected a path, an address or bytes (await response.arrayBuffer()), got ${got}.`,
      );
    }
  });

  test("a foreign file is an error that names it", async () => {
    const path = join(folder, "foreign.txt");
    await write(path, "This is a text of some length.");
    await expect(loadSafetensors(path)).rejects.toThrow(FormatError);
    await expect(loadSafetensors(path)).rejects.toThrow(
      /foreign\.txt: expected a header of at most 22 bytes/,
    );
  });
});

test("what a killed process left behind is removed by the next write, that of a running one is not", async () => {
  const own = await mkdtemp(join(folder, "abandoned-"));
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  const left = (pid: number | undefined) => `.net.safetensors.${hostname()}-${pid}.00000000.tmp`;
  await write(join(own, left(child.pid)), "half");
  await write(join(own, ".other.tmp"), "not ours");
  await saveSafetensors(join(own, "net.safetensors"), [weight]);
  expect((await readdir(own)).sort()).toEqual([left(child.pid), ".other.tmp", "net.safetensors"].sort());
  child.kill("SIGKILL");
  await once(child, "exit");
  await saveSafetensors(join(own, "net.safetensors"), [weight]);
  expect((await readdir(own)).sort()).toEqual([".other.tmp", "net.safetensors"]);
});
