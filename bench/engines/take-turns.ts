import { setTimeout } from "node:timers/promises";
import { timesOf } from "../statistics.ts";
import type { Times } from "../statistics.ts";

/**
 * Milliseconds before each turn: threads of the engine before have stopped to wait for more work by then. Those of onnxruntime
 * look for it 2²⁰ times, about 20 ms, and would share the cores with whoever comes next.
 */
const pause = 40;

/**
 * A turn has at least so many runs that count and takes at least so many milliseconds; one run before does not count, since
 * others have used the caches. Short turns, many rounds: the clock changes from second to second, and each engine should meet it at its best.
 */
const countedInTurn = 2;
const turnMs = 60;

/**
 * Times engines in turns, so that whatever else the machine does meets them alike; each round begins with another one.
 *
 * @param runs by whatever tells the engines apart: does the work once and resolves to the milliseconds that it took
 * @param count runs of each engine that count, at least
 * @param warmUp runs before the first that counts
 */
export async function takeTurns<Name>(
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
      samples.get(name)!.push(...(await turn(runs.get(name)!, round === 0 ? warmUp : 1)));
    }
  }
  return new Map([...samples].map(([name, times]) => [name, timesOf(times)]));
}

/** Milliseconds of the runs of one turn that count; `ahead` are done before. */
async function turn(run: () => Promise<number>, ahead: number): Promise<number[]> {
  for (; ahead > 0; ahead--) await run();
  const counted: number[] = [];
  for (let ms = 0; counted.length < countedInTurn || ms < turnMs; ms += counted.at(-1)!) {
    counted.push(await run());
  }
  return counted;
}
