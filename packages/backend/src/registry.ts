import { ArgumentError, describeGiven, KernelError, kernelNames, withDefaults } from "@octavo/spec";
import type {
  CallRecorder,
  KernelName,
  KernelProvider,
  Kernels,
  Memory,
  ProviderRegistration,
  Recording,
} from "@octavo/spec";
import { Explanation, KernelExplanation } from "./explanation.ts";
import type { PassedOver } from "./explanation.ts";
import { callByCall } from "./internal/call-by-call.ts";
import { discover } from "./internal/discover.ts";
import { firstLine } from "./internal/first-line.ts";
import type { Host } from "./internal/host.ts";
import type { KernelPackage } from "./internal/kernel-packages.ts";
import { openProvider } from "./internal/open-provider.ts";
import type { Usable } from "./internal/open-provider.ts";

export interface LoadOptions {
  /** Name or kind of the only provider to use: `"x64-avx2"`, `"native"`, `"wasm"`, `"reference"`. Goes before `OCTAVO_KERNELS`. */
  readonly use?: string;
  /**
   * Threads that kernels may use, the caller's included: 1 to 256, and no more than that whatever is asked for. Goes before
   * `OCTAVO_THREADS`. The provider's choice otherwise.
   */
  readonly threads?: number;
}

/** A recorder that can record whatever arrays there are. */
export interface Recorder extends CallRecorder {
  record(...[steps, parameters]: Parameters<CallRecorder["record"]>): Recording;
  /** Who runs a kernel, for people: as `explain(kernel).runner` said when the recorder was made. */
  runner(kernel: KernelName): string;
}

/** Name and kind of the kernels in plain TypeScript. */
const referenceName = "reference";

/** Threads of a provider at most: `ThreadPool` of kernels-common has no more. */
const mostThreads = 256;

/** A provider that has every kernel. */
export interface WholeProvider extends KernelProvider {
  readonly kernels: Kernels;
  /** Tells people that it runs all kernels, though nobody chose it. */
  warnUnchosen(): void;
}

/** Best first: whatever is of a kind goes before all of the next, and before the reference. */
const kinds = ["native", "wasm"] as const satisfies readonly ProviderRegistration["kind"][];

/** What the registry knows at one moment. */
interface Selection {
  /** What decided, for people. */
  readonly choice: string;
  /** The providers that run, best first; the reference is the last of them where another lacks kernels. */
  readonly open: readonly KernelProvider[];
  /** Why the others do not. */
  readonly passedOver: readonly PassedOver[];
  readonly kernels: Kernels;
}

/**
 * Which kernel providers exist, which one runs each kernel, and why. The program's own registry is behind the functions
 * of this package (`kernels`, `loadKernels` …); a test makes one with its own packages and host.
 *
 * The reference is fetched when it is needed and not before: a web page that runs WebAssembly does without.
 */
export class Registry {
  readonly #fetchReference: () => Promise<WholeProvider>;
  readonly #packages: readonly KernelPackage[];
  readonly #host: Host;
  readonly #registered = new Map<string, ProviderRegistration>();
  readonly #opened = new Map<ProviderRegistration, Promise<Usable>>();
  readonly #owners = new WeakMap<Memory, KernelProvider>();
  #reference: WholeProvider | null = null;
  #selection: Selection | null = null;
  #isChosen = false;

  constructor(fetchReference: () => Promise<WholeProvider>, packages: readonly KernelPackage[], host: Host) {
    this.#fetchReference = fetchReference;
    this.#packages = packages;
    this.#host = host;
  }

  /** From now on the reference is there without waiting: its kernels run until `loadKernels` chooses. */
  provideReference(reference: WholeProvider): void {
    this.#reference = reference;
    if (this.#selection) return;
    const waiting = this.#packages.map(({ name }) => ({
      provider: name,
      reason: "loadKernels() was not called",
    }));
    this.#selection = selectionOf("default, before loadKernels()", [reference], waiting);
  }

  /** Adds a provider to choose from; nothing is opened before `loadKernels`. @throws KernelError if the name is taken. */
  registerProvider(registration: ProviderRegistration): void {
    const { name } = registration;
    const known = this.#registered.get(name);
    if (name === referenceName || (known && known !== registration)) {
      throw new KernelError({
        where: "registerProvider",
        expected: "a name of its own for each kernel provider",
        got: `a second ${name}`,
      });
    }
    this.#registered.set(name, registration);
  }

  /**
   * Opens the best provider that runs here, or the one that `use` or `OCTAVO_KERNELS` names. Kernels that it lacks run
   * in the reference; warns where nobody chose that and all do. Packages of a worse kind are not even imported. May be called
   * again; what was opened is not opened twice.
   *
   * @throws KernelError if the forced provider is unknown or cannot run; everything stays as it was.
   * @throws ArgumentError if the number of threads is not an integer ≥ 1, or for an option that there is not.
   */
  async loadKernels(given: LoadOptions = {}, where = "loadKernels"): Promise<void> {
    const options = withDefaults(where, { use: undefined, threads: undefined }, given);
    const { use, choice } = this.#choice(options);
    const threads = this.#threads(options);
    const isWanted = ({ name, kind }: ProviderRegistration) => use === null || use === name || use === kind;

    const known: ProviderRegistration[] = [];
    const failed: PassedOver[] = [];
    const rest: PassedOver[] = [];
    const absent: PassedOver[] = [];
    let provider: KernelProvider | null = null;
    for (const kind of kinds) {
      const packages = this.#packages.filter((one) => one.kind === kind);
      const unneeded = packages.map(({ name }) => ({
        provider: name,
        reason: "not imported, a better one runs",
      }));
      const { registrations, passedOver } = provider
        ? { registrations: [], passedOver: unneeded }
        : await discover(packages, this.#host);
      const candidates = this.#candidates(registrations, kind);
      known.push(...candidates);
      for (const registration of candidates) {
        const skipped = provider
          ? "not opened, a better one runs"
          : isWanted(registration)
            ? null
            : `not chosen: ${choice}`;
        if (skipped !== null) {
          rest.push({ provider: registration.name, reason: skipped });
          continue;
        }
        const opened = await this.#open(registration);
        if ("provider" in opened) provider = opened.provider;
        else failed.push({ provider: registration.name, reason: opened.reason });
      }
      absent.push(...passedOver);
    }
    if (!provider && (use === null || use === referenceName)) {
      const reference = await this.#openReference();
      if (use === null) reference.warnUnchosen();
      provider = reference;
    }
    if (!provider) throw forcedFailure(choice, use, failed, known, absent);
    const open = isWhole(provider) ? [provider] : [provider, await this.#openReference()];
    if (threads !== null) provider.setThreads(threads);
    this.#selection = selectionOf(choice, open, [...failed, ...rest, ...absent]);
    this.#isChosen = true;
  }

  /** As `loadKernels` if options are given or nobody has called it yet; otherwise leaves the choice as it is. */
  async ensureKernels(options?: LoadOptions, where?: string): Promise<void> {
    if (options !== undefined || !this.#isChosen) await this.loadKernels(options, where);
  }

  /**
   * Every kernel, each from the best open provider that has it. Do not keep it across `loadKernels`.
   *
   * @throws KernelError as long as there are none: `loadKernels` was not called, and no reference provided.
   */
  kernels(): Kernels {
    return this.#selected("kernels").kernels;
  }

  /**
   * Records calls of `kernels()`, to repeat them on `threads` threads; as many as the primary provider has, if absent, and
   * at most 256. It keeps these kernels whatever is loaded later. Where another provider runs some of them, calls stay single calls.
   */
  recorder(threads?: number): Recorder {
    const selection = this.#selected("recorder");
    const { open, kernels } = selection;
    const [primary, other] = open;
    const recorder = other
      ? undefined
      : primary.recorder?.(Math.min(threads ?? primary.threads, mostThreads));
    return {
      threads: recorder?.threads ?? primary.threads,
      record: (steps, parameters) =>
        recorder?.record(steps, parameters) ?? callByCall(kernels, steps, parameters),
      runner: (kernel) => this.#explainOne(kernel, selection).runner,
      dispose: () => recorder?.dispose(),
    };
  }

  /** The provider that runs a kernel. @throws KernelError for a name that is none. */
  resolve(kernel: KernelName): KernelProvider {
    return this.#resolve(kernel, this.#selected("resolve"));
  }

  #resolve(kernel: KernelName, { open }: Selection): KernelProvider {
    const provider = kernelNames.includes(kernel) && open.find(({ kernels }) => kernels[kernel]);
    if (provider) return provider;
    const expected = `a kernel: ${kernelNames.join(", ")}`;
    throw new KernelError({ where: "resolve", expected, got: String(kernel) });
  }

  /** Why each kernel, or the named one, runs where it runs. */
  explain(): Explanation;
  explain(kernel: KernelName): KernelExplanation;
  explain(kernel?: KernelName): Explanation | KernelExplanation {
    const selection = this.#selected("explain");
    if (kernel !== undefined) return this.#explainOne(kernel, selection);
    const { choice, open } = selection;
    const primary = `${open[0].name} (${open[0].description})`;
    return new Explanation(
      choice,
      primary,
      kernelNames.map((name) => this.#explainOne(name, selection)),
    );
  }

  /** Memory of the primary provider, zeroed; its kernels use it without copying. `byteLength` in bytes, ≥ 0. */
  allocate(byteLength: number): Memory {
    const [primary] = this.#selected("allocate").open;
    const memory = primary.allocate(byteLength);
    this.#owners.set(memory, primary);
    return memory;
  }

  /** Gives memory back to the provider it came from, whichever is primary now. @throws ArgumentError for other memory. */
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

  #choice({ use }: LoadOptions): { use: string | null; choice: string } {
    if (use !== undefined) return { use, choice: `loadKernels({ use: ${JSON.stringify(use)} })` };
    const variable = this.#host.variable("OCTAVO_KERNELS");
    return { use: variable, choice: variable === null ? "priority" : `OCTAVO_KERNELS=${variable}` };
  }

  #threads({ threads }: LoadOptions): number | null {
    const variable = this.#host.variable("OCTAVO_THREADS");
    const count = threads ?? (variable === null ? null : Number(variable));
    if (count === null) return null;
    if (Number.isInteger(count) && count >= 1) return Math.min(count, mostThreads);
    throw new ArgumentError({
      where: threads === undefined ? "OCTAVO_THREADS" : "loadKernels({ threads })",
      expected: "an integer ≥ 1",
      got: typeof threads === "string" ? `"${threads}"` : String(threads ?? variable),
    });
  }

  /** Those of a kind, best first. A registered provider goes before a discovered one of its name. */
  #candidates(
    discovered: readonly ProviderRegistration[],
    kind: ProviderRegistration["kind"],
  ): ProviderRegistration[] {
    const byName = new Map(discovered.map((registration) => [registration.name, registration]));
    for (const [name, registration] of this.#registered) byName.set(name, registration);
    return [...byName.values()].filter((one) => one.kind === kind).sort((a, b) => b.priority - a.priority);
  }

  #open(registration: ProviderRegistration): Promise<Usable> {
    const opening = this.#opened.get(registration) ?? openProvider(registration);
    this.#opened.set(registration, opening);
    return opening;
  }

  async #openReference(): Promise<WholeProvider> {
    try {
      return (this.#reference ??= await this.#fetchReference());
    } catch (cause) {
      throw new KernelError({
        where: "loadKernels",
        expected: "@octavo/backend/reference, for what nothing else here runs",
        got: firstLine(cause),
        cause,
      });
    }
  }

  #selected(where: string): Selection {
    if (this.#selection) return this.#selection;
    throw new KernelError({
      where,
      expected: "kernels that are loaded",
      got: "none yet",
      hint: 'Await loadKernels() first, or import "@octavo/backend/reference".',
    });
  }

  #explainOne(kernel: KernelName, selection: Selection): KernelExplanation {
    const provider = this.#resolve(kernel, selection);
    const { open, passedOver } = selection;
    const lacking = open
      .slice(0, open.indexOf(provider))
      .map(({ name }) => ({ provider: name, reason: "does not have this kernel" }));
    const variant = provider.variant?.(kernel) ?? null;
    return new KernelExplanation(kernel, provider.name, variant, [...lacking, ...passedOver]);
  }
}

/** `open`: best first; together they have every kernel. */
function selectionOf(
  choice: string,
  open: readonly KernelProvider[],
  passedOver: readonly PassedOver[],
): Selection {
  const best = (name: KernelName) => open.find(({ kernels }) => kernels[name])!.kernels[name];
  const kernels = Object.freeze(Object.fromEntries(kernelNames.map((name) => [name, best(name)])));
  return { choice, open, passedOver, kernels: kernels as unknown as Kernels };
}

function isWhole(provider: KernelProvider): boolean {
  return kernelNames.every((name) => provider.kernels[name]);
}

function forcedFailure(
  choice: string,
  use: string | null,
  failed: readonly PassedOver[],
  candidates: readonly ProviderRegistration[],
  passedOver: readonly PassedOver[],
): KernelError {
  const reasons = (rows: readonly PassedOver[]) =>
    rows.map(({ provider, reason }) => `${provider}: ${reason}`);
  const known = [...candidates, { name: referenceName, kind: "reference" }]
    .map(({ name, kind }) => `${name} (${kind})`)
    .join(", ");
  return new KernelError({
    where: choice,
    expected: "the name or kind of a kernel provider that runs here",
    got: failed.length > 0 ? reasons(failed).join(", ") : describeGiven(use),
    hint: [`Known: ${known}.`, ...reasons(passedOver).map((reason) => `Passed over: ${reason}.`)].join("\n"),
  });
}
