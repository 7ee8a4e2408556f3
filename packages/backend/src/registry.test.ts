import type { KernelProvider, Kernels, Opened, ProviderRegistration } from "@octavo/spec";
import { onWarning, UnaryOp } from "@octavo/spec";
import { describe, expect, it, vi } from "vitest";
import type { Host } from "./internal/host.ts";
import type { KernelPackage } from "./internal/kernel-packages.ts";
import { reference } from "./reference.ts";
import { Registry } from "./registry.ts";

const x64: Host = { node: { platform: "linux", arch: "x64" }, variable: () => null };
const withVariables = (variables: Record<string, string>): Host => ({
  ...x64,
  variable: (name) => variables[name] ?? null,
});

/** A provider whose relu writes a number of its own, so that one sees who ran. */
function fake(name: string, mark: number, more: Partial<KernelProvider> = {}): KernelProvider {
  const unary: Kernels["unary"] = (_operator, _x, y) => {
    y.fill(mark);
  };
  return {
    specVersion: 1,
    name,
    description: "fake",
    kernels: { unary },
    threads: 1,
    setThreads: vi.fn(),
    allocate: (byteLength) => ({ buffer: new ArrayBuffer(byteLength), byteOffset: 0, byteLength }),
    free: vi.fn(),
    ...more,
  };
}

const registration = (
  name: string,
  kind: "native" | "wasm",
  priority: number,
  open: () => Opened | Promise<Opened>,
): ProviderRegistration => ({ name, kind, priority, open: vi.fn(open) });

const works = (
  name: string,
  kind: "native" | "wasm",
  priority: number,
  mark: number,
  more?: Partial<KernelProvider>,
) => registration(name, kind, priority, () => ({ provider: fake(name, mark, more) }));

function registryOf(
  registrations: readonly ProviderRegistration[],
  host = x64,
  packages: readonly KernelPackage[] = [],
) {
  const registry = new Registry(async () => reference, packages, host);
  registry.provideReference(reference);
  for (const one of registrations) registry.registerProvider(one);
  return registry;
}

/** Runs relu and says who did: the mark, or −1 for the reference. */
function whoRuns(registry: Registry): number {
  const y = new Float32Array(1);
  registry.kernels().unary(UnaryOp.clamp, Float32Array.of(-1), y, -5, 5);
  return y[0];
}

describe("before loadKernels", () => {
  it("runs the reference and opens nothing", () => {
    const native = works("a", "native", 200, 1);
    const registry = registryOf([native]);
    expect(whoRuns(registry)).toBe(-1);
    expect(registry.resolve("gemm").name).toBe("reference");
    expect(native.open).not.toHaveBeenCalled();
  });

  it("has every kernel of the contract", () => {
    expect(Object.values(registryOf([]).kernels()).every((kernel) => typeof kernel === "function")).toBe(
      true,
    );
  });
});

describe("loadKernels", () => {
  it("takes the best, and leaves the rest unopened", async () => {
    const wasm = works("w", "wasm", 100, 2);
    const registry = registryOf([wasm, works("n", "native", 200, 1)]);
    await registry.loadKernels();
    expect(whoRuns(registry)).toBe(1);
    expect(wasm.open).not.toHaveBeenCalled();
    expect(registry.explain("unary").passedOver).toEqual([
      { provider: "w", reason: "not opened, a better one runs" },
    ]);
  });

  it("goes on where one is unavailable or throws, and remembers why", async () => {
    const registry = registryOf([
      registration("n1", "native", 220, () => ({
        unavailable: "no AVX-512 here",
        hint: "buy a new machine",
      })),
      registration("n2", "native", 210, () => Promise.reject(new Error("libfoo.so: cannot open\nmore"))),
      works("w", "wasm", 100, 2),
    ]);
    await registry.loadKernels();
    expect(whoRuns(registry)).toBe(2);
    expect(registry.explain("unary").passedOver).toEqual([
      { provider: "n1", reason: "no AVX-512 here; buy a new machine" },
      { provider: "n2", reason: "failed to open: libfoo.so: cannot open" },
    ]);
  });

  it("falls back to the reference for kernels that the provider lacks", async () => {
    const registry = registryOf([works("n", "native", 200, 1)]);
    await registry.loadKernels();
    expect(registry.kernels().gemm).toBe(reference.kernels.gemm);
    expect(registry.resolve("gemm").name).toBe("reference");
    expect(String(registry.explain("gemm"))).toBe(
      "gemm: reference; passed over: n (does not have this kernel)",
    );
  });

  it("is done by ensureKernels only where nobody chose before, or for what the caller asks", async () => {
    const registry = registryOf([works("n", "native", 200, 1), works("w", "wasm", 100, 2)]);
    await registry.ensureKernels();
    expect(whoRuns(registry)).toBe(1);
    await registry.loadKernels({ use: "reference" });
    await registry.ensureKernels();
    expect(whoRuns(registry)).toBe(-1);
    await registry.ensureKernels({ use: "w" });
    expect(whoRuns(registry)).toBe(2);
  });

  it("opens a provider once, however often it is called", async () => {
    const native = works("n", "native", 200, 1);
    const registry = registryOf([native]);
    await Promise.all([registry.loadKernels(), registry.loadKernels()]);
    await registry.loadKernels();
    expect(native.open).toHaveBeenCalledOnce();
  });

  it.each([
    [{ use: "w" }, {}],
    [{ use: "wasm" }, {}],
    [{}, { OCTAVO_KERNELS: "w" }],
    [{}, { OCTAVO_KERNELS: "wasm" }],
    [{ use: "w" }, { OCTAVO_KERNELS: "n" }],
  ])("runs the forced provider: %j %j", async (options, variables) => {
    const native = works("n", "native", 200, 1);
    const registry = registryOf([native, works("w", "wasm", 100, 2)], withVariables(variables));
    await registry.loadKernels(options);
    expect(whoRuns(registry)).toBe(2);
    expect(native.open).not.toHaveBeenCalled();
  });

  it("warns where only the reference runs, unless somebody chose it", async () => {
    const warnings: string[] = [];
    onWarning((message) => warnings.push(message));
    await registryOf([works("n", "native", 200, 1)]).loadKernels();
    await registryOf([]).loadKernels({ use: "reference" });
    await registryOf([], withVariables({ OCTAVO_KERNELS: "reference" })).loadKernels();
    expect(warnings).toEqual([]);
    const broken = registration("w", "wasm", 100, () => ({ unavailable: "blocked by CSP" }));
    await registryOf([broken]).ensureKernels();
    onWarning(null);
    expect(warnings).toEqual([expect.stringMatching(/TypeScript, many times slower.*npm run setup/)]);
  });

  it("can force the reference, and a provider again after it", async () => {
    const registry = registryOf([works("n", "native", 200, 1)]);
    await registry.loadKernels({ use: "reference" });
    expect(whoRuns(registry)).toBe(-1);
    await registry.loadKernels({ use: "native" });
    expect(whoRuns(registry)).toBe(1);
  });

  it("says why a forced provider cannot run, and changes nothing", async () => {
    const broken = registration("w", "wasm", 100, () => ({ unavailable: "no WebAssembly SIMD" }));
    const registry = registryOf(
      [works("n", "native", 200, 1), broken],
      withVariables({ OCTAVO_KERNELS: "wasm" }),
    );
    await registry.loadKernels({ use: "n" });
    await expect(registry.loadKernels()).rejects.toThrow(
      "OCTAVO_KERNELS=wasm: expected the name or kind of a kernel provider that runs here, got w: no WebAssembly SIMD.\n" +
        "Known: n (native), w (wasm), reference (reference).",
    );
    expect(whoRuns(registry)).toBe(1);
  });

  it("lists what is known where the forced name is not", async () => {
    const away: KernelPackage = {
      name: "@octavo/kernels-arm",
      kind: "native",
      needs: "Node on arm64",
      fits: () => false,
      load: vi.fn(),
    };
    const registry = registryOf([works("n", "native", 200, 1)], x64, [away]);
    await expect(registry.loadKernels({ use: "cuda" })).rejects.toThrow(
      'loadKernels({ use: "cuda" }): expected the name or kind of a kernel provider that runs here, ' +
        'got "cuda".\n' +
        "Known: n (native), reference (reference).\nPassed over: @octavo/kernels-arm: needs Node on arm64.",
    );
    expect(away.load).not.toHaveBeenCalled();
  });

  it.each([
    [5, "5"],
    [["wasm"], "Array"],
  ])("says what was given instead of a name: %j", async (use, got) => {
    await expect(registryOf([]).loadKernels({ use: use as never })).rejects.toThrow(
      `expected the name or kind of a kernel provider that runs here, got ${got}.\n`,
    );
  });

  it("refuses a provider of another contract, naming both versions", async () => {
    const registry = registryOf([works("n", "native", 200, 1, { specVersion: 2 as never })]);
    await expect(registry.loadKernels({ use: "n" })).rejects.toThrow(
      /n: built for version 2 of the kernel contract, @octavo\/backend for 1: install matching versions/,
    );
    await registry.loadKernels();
    expect(whoRuns(registry)).toBe(-1);
  });

  it.each([
    ["quantizedConv", "quantizedConvPackedBytes, quantizedConvPack"],
    ["convPack", "convPackedBytes, packedConv"],
  ] as const)("refuses a provider with %s alone", async (name, missing) => {
    const kernels = { [name]: reference.kernels[name] };
    const registry = registryOf([works("n", "native", 200, 1, { kernels })]);
    await expect(registry.loadKernels({ use: "n" })).rejects.toThrow(new RegExp(`: not ${missing}\\.`));
  });

  it.each([
    [{ threads: 3 }, { OCTAVO_THREADS: "5" }, 3],
    [{}, { OCTAVO_THREADS: "5" }, 5],
    [{ threads: 1000 }, {}, 256],
  ])("passes threads on: %j %j", async (options, variables, expected) => {
    const provider = fake("n", 1);
    const registry = registryOf(
      [registration("n", "native", 200, () => ({ provider }))],
      withVariables(variables),
    );
    await registry.loadKernels(options);
    expect(provider.setThreads).toHaveBeenCalledExactlyOnceWith(expected);
  });

  it("leaves the threads to the provider otherwise", async () => {
    const provider = fake("n", 1);
    const registry = registryOf([registration("n", "native", 200, () => ({ provider }))]);
    await registry.loadKernels();
    expect(provider.setThreads).not.toHaveBeenCalled();
  });

  it.each([
    [{ threads: 0 }, {}, "loadKernels({ threads }): expected an integer ≥ 1, got 0"],
    [{ threads: "2" as never }, {}, 'loadKernels({ threads }): expected an integer ≥ 1, got "2"'],
    [{ threads: 1.5 }, {}, "loadKernels({ threads }): expected an integer ≥ 1, got 1.5"],
    [{}, { OCTAVO_THREADS: "many" }, "OCTAVO_THREADS: expected an integer ≥ 1, got many"],
  ])("refuses a number of threads that is none: %j %j", async (options, variables, message) => {
    await expect(registryOf([], withVariables(variables)).loadKernels(options)).rejects.toThrow(message);
  });

  it("refuses options that there are not", async () => {
    const message = "loadKernels: expected options use, threads, got provider.";
    await expect(registryOf([]).loadKernels({ provider: "wasm" } as never)).rejects.toThrow(message);
  });

  it("gives recordings as many threads as there can be, and says so", async () => {
    const recorder = vi.fn((threads: number) => ({ threads, record: () => null, dispose: () => {} }));
    const kernels = reference.kernels;
    const registry = registryOf([works("n", "native", 200, 1, { kernels, recorder })]);
    await registry.loadKernels();
    expect(registry.recorder(1000).threads).toBe(256);
    expect(recorder).toHaveBeenCalledExactlyOnceWith(256);
  });
});

describe("packages", () => {
  const offers = (load: KernelPackage["load"]): KernelPackage => ({
    name: "kernels-x",
    kind: "native",
    needs: "an X",
    fits: () => true,
    load,
  });

  it("are imported at loadKernels, and their providers opened in order", async () => {
    const load = vi.fn(async () => ({
      registrations: [works("x1", "native", 200, 1), works("x2", "native", 210, 2)],
    }));
    const registry = registryOf([], x64, [offers(load)]);
    expect(load).not.toHaveBeenCalled();
    await registry.loadKernels();
    expect(whoRuns(registry)).toBe(2);
  });

  it("of a worse kind than what runs are not imported, until they are wanted", async () => {
    const native = { ...offers(async () => ({ registrations: [works("n", "native", 200, 1)] })) };
    const load = vi.fn(async () => ({ registrations: [works("w", "wasm", 100, 2)] }));
    const wasm: KernelPackage = { ...offers(load), name: "kernels-w", kind: "wasm" };
    const registry = registryOf([], x64, [native, wasm]);
    await registry.loadKernels();
    expect(whoRuns(registry)).toBe(1);
    expect(load).not.toHaveBeenCalled();
    expect(registry.explain("unary").passedOver).toEqual([
      { provider: "kernels-w", reason: "not imported, a better one runs" },
    ]);
    await registry.loadKernels({ use: "w" });
    expect(whoRuns(registry)).toBe(2);
  });

  it.each([
    [
      {
        importError: Object.assign(new Error("Cannot find package 'kernels-x' imported from y"), {
          code: "ERR_MODULE_NOT_FOUND",
        }),
      },
      "not installed; npm install kernels-x",
    ],
    [{ importError: new Error("Unexpected token\nat line 3") }, "cannot be imported: Unexpected token"],
    [{}, "exports no registrations"],
  ])("that cannot be used are passed over: %j", async (module, reason) => {
    const registry = registryOf([], x64, [offers(async () => module)]);
    await registry.loadKernels();
    expect(registry.explain("gemm").passedOver).toEqual([{ provider: "kernels-x", reason }]);
  });
});

describe("without the reference", () => {
  /** A registry to which nobody has provided the reference, and how it fetches it. */
  function lean(registrations: readonly ProviderRegistration[]) {
    const fetchReference = vi.fn(async () => reference);
    const registry = new Registry(fetchReference, [], x64);
    for (const one of registrations) registry.registerProvider(one);
    return { registry, fetchReference };
  }

  it("has no kernels before loadKernels, and says what to do", () => {
    const { registry } = lean([]);
    const uses = {
      kernels: () => registry.kernels(),
      explain: () => registry.explain(),
      resolve: () => registry.resolve("gemm"),
      recorder: () => registry.recorder(),
      allocate: () => registry.allocate(8),
    };
    for (const [where, use] of Object.entries(uses)) {
      expect(use).toThrow(
        `${where}: expected kernels that are loaded, got none yet.\n` +
          'Await loadKernels() first, or import "@octavo/backend/reference".',
      );
    }
  });

  it("does not fetch it for a provider that has every kernel", async () => {
    const { registry, fetchReference } = lean([works("n", "native", 200, 1, { kernels: reference.kernels })]);
    await registry.loadKernels();
    expect(fetchReference).not.toHaveBeenCalled();
    expect(registry.resolve("gemm").name).toBe("n");
  });

  it.each([
    ["a provider that lacks kernels", [works("n", "native", 200, 1)], undefined],
    ["nothing that runs", [], undefined],
    ["nothing but itself being wanted", [works("n", "native", 200, 1)], "reference"],
  ])("fetches it for %s", async (_, registrations, use) => {
    const { registry, fetchReference } = lean(registrations);
    await registry.loadKernels(use === undefined ? {} : { use });
    expect(fetchReference).toHaveBeenCalledOnce();
    expect(registry.resolve("gemm")).toBe(reference);
  });

  it("leaves everything as it was where fetching fails", async () => {
    const offline = vi.fn(() => Promise.reject(new Error("Failed to fetch reference.js")));
    const registry = new Registry(offline, [], x64);
    await expect(registry.loadKernels()).rejects.toThrow(
      "loadKernels: expected @octavo/backend/reference, for what nothing else here runs, got Failed to fetch reference.js",
    );
    registry.provideReference(reference);
    await registry.loadKernels();
    expect(registry.resolve("gemm")).toBe(reference);
  });
});

describe("registerProvider", () => {
  it("refuses a second provider of one name, and takes the same one twice", () => {
    const one = works("n", "native", 200, 1);
    const registry = registryOf([one]);
    registry.registerProvider(one);
    expect(() => registry.registerProvider(works("n", "native", 200, 2))).toThrow(
      "registerProvider: expected a name of its own for each kernel provider, got a second n.",
    );
    expect(() => registry.registerProvider(works("reference", "native", 200, 2))).toThrow(
      /a second reference/,
    );
  });
});

describe("explain", () => {
  it("prints a table with the reasons below", async () => {
    const variant = (kernel: string) => `${kernel} by tiles`;
    const registry = registryOf([works("n", "native", 200, 1, { variant }), works("w", "wasm", 100, 2)]);
    await registry.loadKernels();
    const lines = String(registry.explain()).split("\n");
    expect(lines[0]).toBe("kernels by priority; primary provider: n (fake)");
    expect(lines).toContain("[1] n: does not have this kernel");
    expect(lines).toContain("[2] w: not opened, a better one runs");
    expect(lines.find((line) => line.startsWith("unary "))).toMatch(/^unary +n \(unary by tiles\) +w \[2\]$/);
    expect(lines.find((line) => line.startsWith("gemm "))).toMatch(/^gemm +reference +n \[1\], w \[2\]$/);
  });

  it("knows only kernels", () => {
    expect(() => registryOf([]).explain("gem" as never)).toThrow(
      /expected a kernel: accumulate, .*, got gem/,
    );
  });
});

describe("allocate", () => {
  it("comes from the primary provider, and goes back to the one it came from", async () => {
    const provider = fake("n", 1);
    const registry = registryOf([registration("n", "native", 200, () => ({ provider }))]);
    await registry.loadKernels();
    const memory = registry.allocate(16);
    await registry.loadKernels({ use: "reference" });
    registry.free(memory);
    expect(provider.free).toHaveBeenCalledExactlyOnceWith(memory);
    expect(() => registry.free(memory)).toThrow(
      /free: expected memory that allocate\(\) returned and that was not freed yet, got 16 bytes/,
    );
  });
});
