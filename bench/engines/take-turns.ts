import { setTimeout } from "node:timers/promises";
import { timesOf } from "../statistics.ts";
import type { Times } from "../statistics.ts";

/**
 * Milliseconds before each turn: threads of the engine before have stopped to wait for more work by then. Those of onnxruntime
 * look for it 2²⁰ times, about 20 ms, and would share the cores with whoever comes next.
 */
const pause = 40;

/** Runs of a turn that count; one before them does not, since others have used the caches. */
const countedInTurn = 4;

/**
 * Times engines in turns, so that whatever else the machine does meets them alike; each round begins with another one.
 *
 * @param runs by the engine's name: does the work once and resolves to the milliseconds that it took
 * @param count runs of each engine that count, at least
 * @param warmUp runs before the first that counts
 */
export async function takeTurns<Name extends string>(
  runs: ReadonlyMap<Name, () => Promise<number>>,
  count: number,
  warmUp: number,
): Promise<Map<Name, Times>> {
  const samples = new Map([...runs.keys()].map((name) => [name, [] as number[]]));
  const names = [...runs.keys()];
  for (let round = 0; round * countedInTurn < count; round++) {
    for (let i = 0; i < names.length; i++) {
      const name = names[(i + round) % names.length];
      await setTimeout(pause);
      for (let run = round === 0 ? -warmUp : -1; run < countedInTurn; run++) {
        const ms = await runs.get(name)!();
        if (run >= 0) samples.get(name)!.push(ms);
      }
    }
  }
  return new Map([...samples].map(([name, times]) => [name, timesOf(times)]));
}
