import { tensor, withTracer } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import type { DType, TypedArray } from "@octavo/spec";
import type { Module } from "../module.ts";
import { extraStateOf } from "../state-dict.ts";

interface Values {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly data: TypedArray;
}

interface State {
  readonly buffers: readonly (readonly [buffer: Tensor, data: TypedArray])[];
  readonly extra: readonly (readonly [name: string, values: Values])[] | null;
}

/** What forward changes in modules besides their output (running statistics, observed ranges), as it was before a run. */
export class ModuleStates {
  readonly #before = new Map<Module, State>();

  /** Runs `body`, and notes the state of each module before its first call. */
  watch<T>(body: () => T): T {
    let depth = 0;
    return withTracer(
      {
        op: () => {},
        call: (module, _, run) => {
          if (depth === 0) for (const each of (module as Module).modules()) this.#note(each);
          depth += 1;
          try {
            return run();
          } finally {
            depth -= 1;
          }
        },
      },
      body,
    );
  }

  /** Runs `body` with the states noted, and brings back those of now. */
  asBefore<T>(body: () => T): T {
    const now = new Map([...this.#before.keys()].map((module) => [module, stateOf(module)] as const));
    restore(this.#before);
    try {
      return body();
    } finally {
      restore(now);
    }
  }

  #note(module: Module): void {
    if (!this.#before.has(module)) this.#before.set(module, stateOf(module));
  }
}

function stateOf(module: Module): State {
  const buffers = [...module.namedBuffers("", false)].map(([, x]) => [x, x.raw().slice()] as const);
  const extra = extraStateOf(module)?.extraState();
  const values = (x: Tensor): Values => ({ shape: x.shape, dtype: x.dtype, data: x.raw().slice() });
  return { buffers, extra: extra ? [...extra].map(([name, x]) => [name, values(x)] as const) : null };
}

function restore(states: ReadonlyMap<Module, State>): void {
  for (const [module, { buffers, extra }] of states) {
    for (const [buffer, data] of buffers) buffer.raw().set(data as never);
    if (!extra) continue;
    const tensors = extra.map(
      ([name, { shape, dtype, data }]) =>
        [name, tensor(data as ArrayLike<number>, shape, { dtype })] as const,
    );
    extraStateOf(module)!.loadExtraState(new Map(tensors));
  }
}
