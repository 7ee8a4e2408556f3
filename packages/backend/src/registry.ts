import { ArgumentError, KernelError } from "@octavo/spec";
import type { KernelName, KernelProvider, Kernels, Memory, Opened, ProviderRegistration } from "@octavo/spec";
import { Explanation, KernelExplanation } from "./explanation.ts";
import type { PassedOver } from "./explanation.ts";
import { refusal } from "./internal/check-provider.ts";
import type { Host } from "./internal/host.ts";
import type { KernelPackage } from "./internal/kernel-packages.ts";

export interface LoadOptions {
  /** Name or kind of the only provider to use: `"x64-avx2"`, `"native"`, `"wasm"`, `"reference"`. Goes before `OCTAVO_KERNELS`. */
  readonly use?: string;
  /** Threads that kernels may use, the caller's included; goes before `OCTAVO_THREADS`. The provider's choice otherwise. */
  readonly threads?: number;
}

/** What the registry knows at one moment: the providers that run, in order, and why the others do not. */
interface Selection {
  readonly choice: string;
  /** Best first; the reference is always the last. */
  readonly open: readonly KernelProvider[];
  readonly passedOver: readonly PassedOver[];
  readonly kernels: Kernels;
}

/**
 * Which kernel providers exist, which one runs each kernel, and why. The program's own registry is behind the functions
 * of this package (`kernels`, `loadKernels` …); a test makes one with its own packages and host.
 */
export class Registry {
  readonly #reference: KernelProvider & { readonly kernels: Kernels };
  readonly #packages: readonly KernelPackage[];
  readonly #host: Host;
  readonly #registrations = new Map<string, ProviderRegistration>();
  readonly #opened = new Map<ProviderRegistration, Promise<Opened>>();
  readonly #owners = new WeakMap<Memory, KernelProvider>();
  #selection: Selection;

  constructor(
    reference: KernelProvider & { readonly kernels: Kernels },
    packages: readonly KernelPackage[],
    host: Host,
  ) {
    this.#reference = reference;
    this.#packages = packages;
    this.#host = host;
    const notYet = packages.map(({ name }) => ({
      provider: name,
      reason: "loadKernels() has not been called",
    }));
    this.#selection = this.#select("default, before loadKernels()", [], notYet);
  }

  /** Adds a provider to choose from; nothing is opened before `loadKernels`. Throws `KernelError` if the name is taken. */
  registerProvider(registration: ProviderRegistration): void {
    const known = this.#registrations.get(registration.name);
    if (known === registration) return;
    if (known || registration.name === this.#reference.name) {
      throw new KernelError({
        where: "registerProvider",
        expected: "a name of its own for each provider",
        got: `a second ${registration.name}`,
      });
    }
    this.#registrations.set(registration.name, registration);
  }

  /**
   * Opens the best provider that runs here, or the one that `use` or `OCTAVO_KERNELS` names. Kernels that it lacks run
   * in the reference. May be called again; what is open stays open. Throws `KernelError` when the forced provider is
   * unknown or cannot run, and then leaves everything as it was.
   */
  async loadKernels(options: LoadOptions = {}): Promise<void> {
    const variable = this.#host.variable("OCTAVO_KERNELS");
    const use = options.use ?? variable;
    const choice =
      options.use !== undefined ? `loadKernels({ use: "${use}" })` : `OCTAVO_KERNELS=${variable}`;
    const threads = options.threads ?? this.#threadsVariable();
    checkThreads(threads);

    const { candidates, passedOver } = await this.#discover();
    const wanted = candidates.filter(({ name, kind }) => use === null || use === name || use === kind);
    const { provider, failed } = await this.#openFirst(wanted);
    if (use !== null && !provider) {
      const others = candidates
        .filter((one) => !wanted.includes(one))
        .map(({ name, kind }) => `${name} (${kind})`);
      throw forcedFailure(
        choice,
        use,
        failed,
        wanted.length > 0 ? [] : [...others, ...passedOver.map(asText)],
      );
    }
    const untried = candidates
      .filter(({ name }) => ![this.#reference.name, provider?.registration.name].includes(name))
      .filter(({ name }) => failed.every((one) => one.provider !== name))
      .map(({ name }) => ({
        provider: name,
        reason: wanted.some((one) => one.name === name)
          ? "not opened, a better one runs"
          : `not chosen by ${choice}`,
      }));
    const opened = provider ? [provider.opened] : [];
    if (threads !== null) for (const one of opened) one.setThreads(threads);
    const by = use === null ? "priority" : choice;
    this.#selection = this.#select(by, opened, [...failed, ...passedOver, ...untried]);
  }

  /** Every kernel, each from the best open provider that has it. Do not keep it across `loadKernels`. */
  kernels(): Kernels {
    return this.#selection.kernels;
  }

  /** The provider that runs a kernel. */
  resolve(kernel: KernelName): KernelProvider {
    this.#checkName(kernel, "resolve");
    return this.#selection.open.find((provider) => provider.kernels[kernel]) ?? this.#reference;
  }

  /** Why each kernel, or the named one, runs where it runs. */
  explain(): Explanation;
  explain(kernel: KernelName): KernelExplanation;
  explain(kernel?: KernelName): Explanation | KernelExplanation {
    const { choice, open, passedOver } = this.#selection;
    const one = (name: KernelName) => {
      const provider = this.resolve(name);
      const lacking = open
        .slice(0, open.indexOf(provider))
        .map((better) => ({ provider: better.name, reason: "does not have this kernel" }));
      return new KernelExplanation(name, provider.name, provider.variant?.(name) ?? null, [
        ...lacking,
        ...passedOver,
      ]);
    };
    if (kernel !== undefined) {
      this.#checkName(kernel, "explain");
      return one(kernel);
    }
    const primary = `${open[0].name} (${open[0].description})`;
    return new Explanation(choice, primary, this.#names().map(one));
  }

  /** Memory of the primary provider, zeroed; its kernels use it without copying. `byteLength` in bytes, ≥ 0. */
  allocate(byteLength: number): Memory {
    const [primary] = this.#selection.open;
    const memory = primary.allocate(byteLength);
    this.#owners.set(memory, primary);
    return memory;
  }

  /** Gives memory back to the provider it came from, whichever is primary now. */
  free(memory: Memory): void {
    const owner = this.#owners.get(memory);
    if (!owner) {
      throw new ArgumentError({
        where: "free",
        expected: "memory that allocate() returned and that was not freed yet",
        got: `${memory.byteLength} bytes of unknown origin`,
      });
    }
    this.#owners.delete(memory);
    owner.free(memory);
  }

  /** Threads of the primary provider. */
  get threads(): number {
    return this.#selection.open[0].threads;
  }

  #select(choice: string, opened: readonly KernelProvider[], passedOver: readonly PassedOver[]): Selection {
    const open = [...opened.filter((one) => one !== this.#reference), this.#reference];
    const merged: Partial<Kernels> = {};
    for (const provider of [...open].reverse()) {
      const present = Object.entries(provider.kernels).filter(([, kernel]) => kernel !== undefined);
      Object.assign(merged, Object.fromEntries(present));
    }
    return { choice, open, passedOver, kernels: Object.freeze(merged) as Kernels };
  }

  /** What could be opened, best first, and which packages could not even be asked. */
  async #discover(): Promise<{ candidates: ProviderRegistration[]; passedOver: PassedOver[] }> {
    const passedOver: PassedOver[] = [];
    const found = new Map<string, ProviderRegistration>();
    for (const one of this.#packages) {
      if (!one.fits(this.#host)) {
        passedOver.push({ provider: one.name, reason: `needs ${one.needs}` });
        continue;
      }
      const module = await one.load();
      if ("importError" in module)
        passedOver.push({ provider: one.name, reason: importFailure(one.name, module.importError) });
      else if (!module.registrations)
        passedOver.push({ provider: one.name, reason: "exports no registrations" });
      else for (const registration of module.registrations) found.set(registration.name, registration);
    }
    for (const registration of this.#registrations.values()) found.set(registration.name, registration);
    const reference = this.#reference;
    found.set(reference.name, {
      name: reference.name,
      kind: "reference",
      priority: 0,
      open: () => ({ provider: reference }),
    });
    return { candidates: [...found.values()].sort((a, b) => b.priority - a.priority), passedOver };
  }

  async #openFirst(wanted: readonly ProviderRegistration[]) {
    const failed: PassedOver[] = [];
    for (const registration of wanted) {
      const opened = await this.#open(registration);
      if ("provider" in opened) {
        const reason = refusal(opened.provider);
        if (reason === null) return { provider: { registration, opened: opened.provider }, failed };
        failed.push({ provider: registration.name, reason });
      } else {
        const hint = opened.hint ? `; ${opened.hint}` : "";
        failed.push({ provider: registration.name, reason: `${opened.unavailable}${hint}` });
      }
    }
    return { provider: null, failed };
  }

  #open(registration: ProviderRegistration): Promise<Opened> {
    const known = this.#opened.get(registration);
    if (known) return known;
    const opening = (async (): Promise<Opened> => {
      try {
        return await registration.open();
      } catch (error) {
        return { unavailable: `failed to open: ${firstLine(error)}` };
      }
    })();
    if (registration.kind !== "reference") this.#opened.set(registration, opening);
    return opening;
  }

  #threadsVariable(): number | null {
    const text = this.#host.variable("OCTAVO_THREADS");
    return text === null ? null : Number(text);
  }

  #names(): KernelName[] {
    return Object.keys(this.#reference.kernels).sort() as KernelName[];
  }

  #checkName(kernel: KernelName, where: string): void {
    if (kernel in this.#reference.kernels) return;
    const expected = `a kernel: ${this.#names().join(", ")}`;
    throw new KernelError({ where, expected, got: String(kernel) });
  }
}

function checkThreads(threads: number | null): void {
  if (threads === null || (Number.isInteger(threads) && threads >= 1)) return;
  throw new ArgumentError({
    where: "loadKernels",
    expected: "threads (or OCTAVO_THREADS) to be an integer ≥ 1",
    got: String(threads),
  });
}

function forcedFailure(
  choice: string,
  use: string,
  failed: readonly PassedOver[],
  known: readonly string[],
): KernelError {
  const unknown = failed.length === 0;
  return new KernelError({
    where: choice,
    expected: unknown ? "the name or kind of a kernel provider" : `kernel provider ${use} to run here`,
    got: unknown ? `"${use}", which is not among ${known.join(", ")}` : failed.map(asText).join(", "),
    hint: "Choose another, or none to take the best that runs; explain() lists them.",
  });
}

function asText({ provider, reason }: PassedOver): string {
  return `${provider} (${reason})`;
}

function importFailure(name: string, error: unknown): string {
  const text = firstLine(error);
  const absent = (error as { code?: string })?.code === "ERR_MODULE_NOT_FOUND" && text.includes(`'${name}'`);
  return absent ? `not installed; npm install ${name}` : `cannot be imported: ${text}`;
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split("\n")[0];
}
