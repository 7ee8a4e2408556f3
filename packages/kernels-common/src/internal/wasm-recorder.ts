import { signatures } from "@octavo/spec";
import type { CallRecorder, KernelName, Kernels, Recording, TypedArray } from "@octavo/spec";

import type { WasmExports } from "../wasm-provider.ts";
import { RecordedSteps } from "./recorded-steps.ts";
import { StagedArrays } from "./staged-arrays.ts";
import { argumentBytes, asArray, writeArray, writeNumber } from "./wasm-arguments.ts";
import type { WasmCaller } from "./wasm-caller.ts";
import type { WasmMemory } from "./wasm-memory.ts";
import { possibleThreads } from "./wasm-threads.ts";
import type { WasmThreads } from "./wasm-threads.ts";

/** sizeof(RecordedCall) in a 32-bit module: kernel, arguments. */
const callBytes = 8;

/**
 * Records calls in the module's memory, by addresses, which stay when it grows. They are repeated on `count` threads, or as many
 * as there can be, if the module has threads at all.
 */
export function wasmRecorder(
  provider: string,
  exports: WasmExports,
  memory: WasmMemory,
  caller: WasmCaller,
  threads: WasmThreads | null,
  count: number,
): CallRecorder {
  const shared = possibleThreads(count);
  return {
    threads: threads ? shared : 1,
    record(steps, parameters): Recording | null {
      const recorded = new RecordedSteps(provider, steps);
      const add = (name: KernelName) => [name, (...values: unknown[]) => recorded.add(name, values)];
      recorded.callAll(Object.fromEntries(caller.names.map(add)) as unknown as Kernels);
      const staged = StagedArrays.of(recorded.calls, parameters, memory);
      if (staged === null) return null;
      const calls = writeCalls(recorded, staged, memory, caller.names);
      return {
        run(given: readonly TypedArray[], first, end) {
          const from = recorded.firstCall(first);
          const to = recorded.firstCall(end);
          threads?.start(shared);
          staged.copyIn(given, from, to);
          const done = exports.replay(calls.address, from, to);
          if (done < to) throw recorded.failure(done, caller.takeFailure()!);
          staged.copyOut(given, from, to);
        },
        dispose() {
          recorded.clear();
          staged.release();
          memory.release(calls.address, calls.bytes);
        },
      };
    },
    dispose() {},
  };
}

/** The list that `replay` reads, and behind it the arguments. */
function writeCalls(
  { calls }: RecordedSteps,
  staged: StagedArrays,
  memory: WasmMemory,
  names: readonly KernelName[],
): { address: number; bytes: number } {
  const count = calls.reduce((sum, { values }) => sum + values.length, 0);
  const bytes = calls.length * callBytes + count * argumentBytes;
  const address = memory.reserve(bytes);
  const view = new DataView(memory.buffer);
  let next = address + calls.length * callBytes;
  for (const [index, { kernel, values }] of calls.entries()) {
    view.setUint32(address + index * callBytes, names.indexOf(kernel), true);
    view.setUint32(address + index * callBytes + 4, next, true);
    for (const [i, value] of values.entries()) {
      const array = asArray(value, signatures[kernel][i]);
      if (array === null) writeNumber(view, next, value);
      else writeArray(view, next, array, staged.addressOf(array));
      next += argumentBytes;
    }
  }
  return { address, bytes };
}
