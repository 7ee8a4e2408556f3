import type { KernelName, KernelProvider, Kernels, TypedArray } from "@octavo/spec";
import { reference } from "@octavo/backend/reference";
import * as fc from "fast-check";
import { bitDifference, boundDifference, valueDifference } from "../agreement.ts";
import { GuardedArrays } from "./guarded-arrays.ts";
import type { Placement } from "./guarded-arrays.ts";
import { RandomValues } from "./random-values.ts";

/** Something that every provider of the named kernels must do. */
export interface KernelLaw {
  readonly name: string;
  readonly kernels: readonly KernelName[];
  /** Throws with the counterexample and its seed. */
  check(provider: KernelProvider): void;
}

type Arrays = Readonly<Record<string, TypedArray>>;

/** One call of a kernel, ready to run by any provider. */
export interface Scene<A extends Arrays> {
  /** Everything that is passed, outputs as they are before the call. */
  readonly arrays: A;
  /** Names of the arrays that are written. All others must stay as they are. */
  readonly writes: readonly (keyof A & string)[];
  run(kernels: Kernels, arrays: A): void;
  /**
   * How results agree with the oracle's: same bits; same values (zeros of either sign); or within bounds per element,
   * which may be computed by running the oracle on magnitudes.
   */
  readonly agreement: "bits" | "values" | Bounds<A>;
}

export type Bounds<A> = (expected: A, oracle: Kernels) => { readonly [Name in keyof A]?: ArrayLike<number> };

/** Lets TypeScript infer the arrays of a scene. */
export function scene<A extends Arrays>(one: Scene<A>): Scene<Arrays> {
  return one as unknown as Scene<Arrays>;
}

/** Runs each property with this seed in CI, with a new one elsewhere; fast-check prints it when it fails. */
export const fixedSeed = 20260101;

/**
 * Checks a property; `runs` examples, fewer where one costs much.
 * @param first those of them that come in every run, too rare to be met by chance
 */
export function checkProperty<T>(
  arbitrary: fc.Arbitrary<T>,
  holds: (value: T) => void,
  runs = 100,
  first: readonly NoInfer<T>[] = [],
): void {
  const seed = process.env.CI ? fixedSeed : undefined;
  fc.assert(
    fc.property(arbitrary, (value) => holds(value)),
    { numRuns: runs, examples: first.map((value) => [value]), ...(seed === undefined ? {} : { seed }) },
  );
}

const circumstances = fc.record({
  seed: fc.nat(),
  placement: fc.constantFrom<Placement>("own", "foreign"),
  shift: fc.nat(3),
});

/**
 * The law that a provider's kernel gives what the oracle gives, leaves its inputs alone and writes nothing outside its
 * outputs, wherever the arrays lie. `geometry` is what fast-check varies and prints; `build` makes the arrays from it.
 */
export function agreementLaw<G>(
  name: string,
  kernels: readonly KernelName[],
  geometry: fc.Arbitrary<G>,
  build: (geometry: G, random: RandomValues) => Scene<Arrays>,
  runs?: number,
): AgreementLaw {
  const checkAgainst = (provider: KernelProvider, oracle: Kernels) =>
    checkProperty(
      fc.record({ geometry, circumstances }),
      ({ geometry, circumstances: { seed, placement, shift } }) => {
        const one = withoutBlankOutputs(build(geometry, new RandomValues(seed)));
        checkScene(one, provider, oracle, placement, shift);
      },
      runs,
    );
  return { name, kernels, checkAgainst, check: (provider) => checkAgainst(provider, reference.kernels) };
}

/**
 * Outputs of zeros are filled with other numbers, for the oracle too: a kernel that reads what it should only write, or
 * leaves out an element, would not be noticed among zeros.
 */
function withoutBlankOutputs(one: Scene<Arrays>): Scene<Arrays> {
  const filled = Object.entries(one.arrays).map(([name, array]) => {
    const isBlank = one.writes.includes(name) && (array as Uint8Array).every((value) => Number(value) === 0);
    return [name, isBlank ? filledOutput(array) : array] as const;
  });
  return { ...one, arrays: Object.fromEntries(filled) };
}

function filledOutput(array: TypedArray): TypedArray {
  const copy = array.slice();
  if (copy instanceof BigInt64Array) copy.fill(1234n);
  else copy.fill(copy.BYTES_PER_ELEMENT === 1 ? 0x5a : 1234);
  return copy;
}

/** A law whose oracle can be replaced, so that the reference itself has something to be held against. */
export interface AgreementLaw extends KernelLaw {
  checkAgainst(provider: KernelProvider, oracle: Kernels): void;
}

function checkScene(
  { arrays, writes, run, agreement }: Scene<Arrays>,
  provider: KernelProvider,
  oracle: Kernels,
  placement: Placement,
  shift: number,
): void {
  const expected = Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, array.slice()]));
  run(oracle, expected);
  const bounds = typeof agreement === "function" ? agreement(expected, oracle) : {};
  const guarded = new GuardedArrays(provider, placement, arrays, shift);
  try {
    run(provider.kernels as Kernels, guarded.views());
    const actual = guarded.views();
    const problems = Object.keys(arrays).flatMap((name) => {
      const [is, should] = [actual[name] as Numbers, expected[name] as Numbers];
      if (!writes.includes(name)) {
        const changed = bitDifference(is, arrays[name] as Numbers);
        return changed ? [`input ${name} was changed: ${changed}`] : [];
      }
      const bound = bounds[name];
      const compare = agreement === "values" ? valueDifference : bitDifference;
      const difference = bound ? boundDifference(is, should, bound) : compare(is, should);
      return difference ? [`${name}: ${difference}`] : [];
    });
    problems.push(...guarded.damaged().map((name) => `wrote outside of ${name}`));
    if (problems.length > 0) throw new Error(problems.join("; "));
  } finally {
    guarded.release();
  }
}

type Numbers = ArrayLike<number>;
