import { setTimeout } from "node:timers/promises";
import { timesOf } from "../statistics.ts";
import type { Times } from "../statistics.ts";

/** Milliseconds before each run: threads of the engine before have stopped to wait for more work by then. */
const pause = 5;

/**
 * Times engines one run at a time, in turns, so that whatever else the machine does meets them alike; each round begins
 * with another one. `warmUp` rounds come before and are not counted.
 *
 * @param runs by the engine's name: does the work once and resolves to the milliseconds that it took
 */
export async function takeTurns<Name extends string>(
  runs: ReadonlyMap<Name, () => Promise<number>>,
  rounds: number,
  warmUp: number,
): Promise<Map<Name, Times>> {
  const samples = new Map([...runs.keys()].map((name) => [name, [] as number[]]));
  const names = [...runs.keys()];
  for (let round = -warmUp; round < rounds; round++) {
    for (let i = 0; i < names.length; i++) {
      const name = names[(i + Math.max(round, 0)) % names.length];
      await setTimeout(pause);
      const ms = await runs.get(name)!();
      if (round >= 0) samples.get(name)!.push(ms);
    }
  }
  return new Map([...samples].map(([name, times]) => [name, timesOf(times)]));
}
