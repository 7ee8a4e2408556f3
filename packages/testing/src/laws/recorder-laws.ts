import { region } from "@octavo/spec";
import type { CallRecorder, KernelProvider, Kernels, RecordedStep } from "@octavo/spec";
import { bitDifference } from "../agreement.ts";

/** Something that the recorder of every provider that has one must do. */
export interface RecorderLaw {
  readonly name: string;
  /** Throws, or rejects, where it does not hold. */
  check(provider: KernelProvider, recorder: CallRecorder): void | Promise<void>;
}

const length = 1003;
const everything = region({ fromOffset: 0, toOffset: 0, sizes: [length], fromStrides: [1], toStrides: [1] });

/** y = x, y += x / 2, z = y; x and z are parameters, y lies in memory of the provider. */
function scene(provider: KernelProvider) {
  const memory = provider.allocate(4 * length);
  const y = () => new Float32Array(memory.buffer as ArrayBuffer, memory.byteOffset, length);
  const [x, z] = [new Float32Array(length), new Float32Array(length)];
  const ofProvider = y();
  const calls: ((kernels: Kernels) => void)[] = [
    (kernels) => kernels.copyRegion(x, ofProvider, everything),
    (kernels) => kernels.accumulate(x, ofProvider, 0.5),
    (kernels) => kernels.copyRegion(ofProvider, z, everything),
  ];
  const steps: RecordedStep[] = calls.map((call, i) => ({ where: `step ${i}`, call }));
  return { steps, parameters: [x, z], y, end: () => provider.free(memory) };
}

const numbers = (seed: number) => Float32Array.from({ length }, (_, i) => Math.sin(seed + i));
const results = (x: Float32Array) => x.map((value) => value + Math.fround(0.5 * value));
const empty = () => new Float32Array(length);

export const recorderLaws: readonly RecorderLaw[] = [
  {
    name: "recording computes nothing; each run takes its own parameters, whatever was allocated meanwhile",
    check(provider, recorder) {
      const { steps, parameters, y, end } = scene(provider);
      const recording = recorder.record(steps, parameters)!;
      expectSame("nothing", y(), empty());
      for (let seed = 0; seed < 3; seed++) {
        const others = provider.allocate(2 ** 20);
        const [x, z] = [numbers(seed), empty()];
        recording.run([x, z], 0, 3);
        expectSame("z", z, results(x));
        expectSame("x", x, numbers(seed));
        provider.free(others);
      }
      recording.dispose();
      end();
    },
  },
  {
    name: "a range of steps runs these alone",
    check(provider, recorder) {
      const { steps, parameters, y, end } = scene(provider);
      const recording = recorder.record(steps, parameters)!;
      const [x, z] = [numbers(7), empty()];
      recording.run([x, z], 0, 1);
      expectSame("y", y(), x);
      recording.run([x, z], 2, 3);
      expectSame("z", z, x);
      recording.run([x, z], 1, 1);
      expectSame("y", y(), x);
      recording.run([x, z], 1, 3);
      expectSame("z", z, results(x));
      recording.dispose();
      end();
    },
  },
  {
    name: "on another thread, several recordings at once, it gives the same",
    async check(provider, recorder) {
      const scenes = Array.from({ length: 4 }, () => scene(provider));
      const recordings = scenes.map(({ steps, parameters }) => recorder.record(steps, parameters)!);
      const arrays = recordings.map((_, i) => [numbers(i), empty()]);
      await Promise.all(recordings.map((recording, i) => recording.runAsync?.(arrays[i], 0, 3)));
      for (const [i, recording] of recordings.entries()) {
        if (recording.runAsync) expectSame(`z of ${i}`, arrays[i][1], results(arrays[i][0]));
        recording.dispose();
        scenes[i].end();
      }
    },
  },
  {
    name: "a kernel that refuses its arguments ends the run, by an error that names step and kernel",
    async check(provider, recorder) {
      const { steps, parameters, end } = scene(provider);
      const short = provider.allocate(4);
      const wrong = new Float32Array(short.buffer as ArrayBuffer, short.byteOffset, 1);
      const call = (kernels: Kernels) => kernels.accumulate(parameters[0], wrong, 1);
      const recording = recorder.record([steps[0], { where: "the wrong one", call }, steps[2]], parameters)!;
      const [x, z] = [numbers(1), empty()];
      const expected =
        /^the wrong one, accumulate \(.+\): expected .+, got \(Float32Array\(1003\), Float32Array\(1\), 1\)\./;
      await expectError(expected, () => recording.run([x, z], 0, 3));
      if (recording.runAsync) await expectError(expected, () => recording.runAsync!([x, z], 0, 3));
      expectSame("z", z, empty());
      recording.run([x, z], 2, 3);
      recording.dispose();
      provider.free(short);
      end();
    },
  },
];

function expectSame(what: string, is: Float32Array, should: Float32Array): void {
  const difference = bitDifference(is, should);
  if (difference) throw new Error(`${what}: ${difference}`);
}

async function expectError(expected: RegExp, run: () => unknown): Promise<void> {
  const message = await Promise.resolve()
    .then(run)
    .then(
      () => "no error",
      (error: Error) => error.message,
    );
  if (!expected.test(message)) throw new Error(`expected an error ${expected}, got: ${message}`);
}
