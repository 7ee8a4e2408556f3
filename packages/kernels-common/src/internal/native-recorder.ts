import { signatures } from "@octavo/spec";
import type { CallRecorder, KernelName, Kernels, Packed, Recording, TypedArray } from "@octavo/spec";

import type { NativeAddon, NativeIsa, NativeRecording } from "../native-provider.ts";
import { argumentFailure } from "./argument-failure.ts";
import { RecordedSteps } from "./recorded-steps.ts";

/** Records calls of an instruction set's kernels in the addon, which repeats them on a pool of threads of their own. */
export function nativeRecorder(addon: NativeAddon, isa: NativeIsa, threads: number): CallRecorder {
  const pool = addon.pool(threads);
  return {
    threads,
    record(steps, parameters): Recording {
      const recording = isa.recording(pool);
      const recorded = new RecordedSteps(isa.name, steps);
      const names = Object.keys(isa.kernels) as KernelName[];
      const kernels = names.map((name, index) => {
        const shape = signatures[name].indexOf("shape");
        const record = (...values: unknown[]) => {
          if (shape >= 0) values[shape] = (values[shape] as Packed).packed;
          const expected = addon.record(recording, index, values);
          if (expected !== undefined) throw argumentFailure(isa.name, name, expected, values);
          recorded.add(name, values);
          for (let i = 0; i < values.length; i++) {
            const position = parameters.indexOf(values[i] as TypedArray);
            if (position >= 0) addon.recordParameter(recording, i, position);
          }
        };
        return [name, record];
      });
      recorded.callAll(Object.fromEntries(kernels) as unknown as Kernels);
      return replayed(addon, recording, recorded);
    },
    dispose: () => addon.endPool(pool),
  };
}

function replayed(addon: NativeAddon, recording: NativeRecording, steps: RecordedSteps): Recording {
  const check = (expected: string | undefined) => {
    if (expected !== undefined) throw steps.failure(addon.refusedCall(recording), expected);
  };
  return {
    dispose: () => steps.clear(),
    run(parameters: readonly TypedArray[], first, end) {
      check(addon.replay(recording, parameters, steps.firstCall(first), steps.firstCall(end)));
    },
    async runAsync(parameters, first, end) {
      check(await addon.replayAsync(recording, parameters, steps.firstCall(first), steps.firstCall(end)));
    },
  };
}
