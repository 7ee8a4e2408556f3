import { createInterface } from "node:readline";

type Calls = Readonly<Record<string, (argument: any) => unknown>>;

/** The other end of an `Engine`: answers its calls, one after the other, until its standard input ends. */
export async function serve(calls: Calls): Promise<void> {
  for await (const line of createInterface(process.stdin)) {
    const { call, argument } = JSON.parse(line) as { call: string; argument: unknown };
    let answer: object;
    try {
      answer = { result: (await calls[call](argument)) ?? null };
    } catch (error) {
      answer = { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
}
