import { alignColumns } from "@octavo/spec";
import type { KernelName } from "@octavo/spec";

/** A provider that does not run a kernel, and why. */
export interface PassedOver {
  readonly provider: string;
  readonly reason: string;
}

/** Which provider runs one kernel, and which were passed over. */
export class KernelExplanation {
  readonly kernel: KernelName;
  readonly provider: string;
  /** What the provider chose inside, when it has several ways. */
  readonly variant: string | null;
  readonly passedOver: readonly PassedOver[];

  constructor(
    kernel: KernelName,
    provider: string,
    variant: string | null,
    passedOver: readonly PassedOver[],
  ) {
    this.kernel = kernel;
    this.provider = provider;
    this.variant = variant;
    this.passedOver = passedOver;
  }

  /** `quantizedConv: x64-avx2 (i16, exact); passed over: …`, in one line. */
  toString(): string {
    const passed = this.passedOver.map(({ provider, reason }) => `${provider} (${reason})`);
    const rest = passed.length > 0 ? `; passed over: ${passed.join(", ")}` : "";
    return `${this.kernel}: ${this.runner}${rest}`;
  }

  get runner(): string {
    return this.variant === null ? this.provider : `${this.provider} (${this.variant})`;
  }
}

/** Which provider runs every kernel. `toString` gives a table; equal reasons are written once below it. */
export class Explanation {
  /** What decided: `OCTAVO_KERNELS=wasm`, `loadKernels({ use: "wasm" })`, or the order of the providers. */
  readonly choice: string;
  /** The provider that allocates, and what it says of itself. */
  readonly primary: string;
  readonly kernels: readonly KernelExplanation[];

  constructor(choice: string, primary: string, kernels: readonly KernelExplanation[]) {
    this.choice = choice;
    this.primary = primary;
    this.kernels = kernels;
  }

  toString(): string {
    const notes = new Map<string, number>();
    const note = ({ provider, reason }: PassedOver) => {
      const text = `${provider}: ${reason}`;
      const number = notes.get(text) ?? notes.size + 1;
      notes.set(text, number);
      return `${provider} [${number}]`;
    };
    const rows = this.kernels.map((row) => [row.kernel, row.runner, row.passedOver.map(note).join(", ")]);
    const lines = [
      `kernels by ${this.choice}; primary provider: ${this.primary}`,
      "",
      ...alignColumns([["kernel", "runs on", "passed over"], ...rows]),
    ];
    if (notes.size > 0) lines.push("", ...[...notes].map(([text, number]) => `[${number}] ${text}`));
    return lines.join("\n");
  }
}
