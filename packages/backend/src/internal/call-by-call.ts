import { OctavoError } from "@octavo/spec";
import type { KernelName, Kernels, RecordedStep, Recording, TypedArray } from "@octavo/spec";

interface Call {
  readonly kernel: (...values: unknown[]) => unknown;
  readonly values: readonly unknown[];
  /** Where among the values which parameter stands. */
  readonly parameters: readonly { readonly value: number; readonly parameter: number }[];
}

/** A recording for any kernels: repeats what was recorded call by call. */
export function callByCall(
  kernels: Kernels,
  steps: readonly RecordedStep[],
  parameters: readonly TypedArray[],
): Recording {
  const calls = steps.map((step) => callsOf(step, kernels, parameters));
  return {
    run(given, first, end) {
      for (let step = first; step < end; step++) {
        try {
          for (const call of calls[step]) repeat(call, given);
        } catch (error) {
          throw inStep(error, steps[step].where);
        }
      }
    },
    dispose() {
      calls.length = 0;
    },
  };
}

function callsOf(step: RecordedStep, kernels: Kernels, parameters: readonly TypedArray[]): Call[] {
  const calls: Call[] = [];
  const recording = Object.fromEntries(
    Object.keys(kernels).map((name) => [
      name,
      (...values: unknown[]) => {
        const kernel = kernels[name as KernelName] as Call["kernel"];
        const places = values.flatMap((value, index) => {
          const parameter = parameters.indexOf(value as TypedArray);
          return parameter < 0 ? [] : [{ value: index, parameter }];
        });
        calls.push({ kernel, values, parameters: places });
      },
    ]),
  );
  step.call(recording as unknown as Kernels);
  return calls;
}

function repeat({ kernel, values, parameters }: Call, given: readonly TypedArray[]): void {
  // A copy: what was recorded must not hold arrays of callers.
  const actual = [...values];
  for (const { value, parameter } of parameters) actual[value] = given[parameter];
  kernel(...actual);
}

/** The error of a kernel, beginning with the step it happened in. */
function inStep(error: unknown, where: string): unknown {
  if (!OctavoError.isInstance(error)) return error;
  const Type = error.constructor as typeof OctavoError;
  const { expected, got, hint } = error;
  return new Type({ where: `${where}, ${error.where}`, expected, got, hint, cause: error });
}
