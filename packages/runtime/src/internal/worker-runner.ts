import { ArgumentError, FormatError, KernelError, OctavoError } from "@octavo/spec";
import type { Program } from "@octavo/spec";

import type { InputTensor, OutputTensor } from "../tensor-info.ts";
import { copyData } from "./copy-data.ts";
import { openWorker } from "../worker-link.ts";
import type { WorkerEvents, WorkerLink } from "../worker-link.ts";
import type { WorkerAnswer, WorkerRequest } from "./worker-messages.ts";

/** What a worker may throw: inputs were checked before, so shapes and dtypes are right. */
const errorClasses = [ArgumentError, FormatError, KernelError];

type Outputs = Readonly<Record<string, OutputTensor>>;
interface Call {
  resolve(outputs: Outputs): void;
  reject(error: unknown): void;
}

/**
 * Runs a program in a worker that lives as long as the session and loads the program once. Calls are answered in order.
 * A worker that dies rejects the calls that wait; the next call starts another. An idle worker does not keep the process.
 */
export class WorkerRunner {
  readonly #program: Program;
  readonly #use: string;
  readonly #open: (events: WorkerEvents) => WorkerLink;
  readonly #waiting = new Map<number, Call>();
  #worker: WorkerLink | null = null;
  #calls = 0;

  /** @param use name of the kernel provider, so that the worker's results have the same bits. */
  constructor(program: Program, use: string, open = openWorker) {
    this.#program = program;
    this.#use = use;
    this.#open = open;
  }

  /** `inputs` have been checked; their data is copied, so the caller may change it at once. */
  async run(inputs: Readonly<Record<string, InputTensor>>): Promise<Outputs> {
    const worker = (this.#worker ??= this.#start());
    const copies = Object.entries(inputs).map(([name, { data, shape, memoryFormat }]) => {
      return [name, { data: copyData(data), shape: [...shape], memoryFormat }] as const;
    });
    const transfer = copies.flatMap(([, { data }]) => (Array.isArray(data) ? [] : [data.buffer]));
    const call = this.#calls++;
    const answer = new Promise<Outputs>((resolve, reject) => this.#waiting.set(call, { resolve, reject }));
    const request: WorkerRequest = {
      kind: "run",
      call,
      inputs: Object.fromEntries(copies) as Record<string, InputTensor>,
    };
    worker.keepAlive(true);
    worker.post(request, transfer);
    return answer;
  }

  dispose(): void {
    this.#end("the session was disposed", "Load the program again to go on.");
  }

  #start(): WorkerLink {
    const worker = this.#open({
      message: (data) => this.#answered(data as WorkerAnswer),
      // A worker that was ended on purpose reports that too, when it is no longer this one.
      ended: (reason, hint) => worker === this.#worker && this.#end(reason, hint),
    });
    worker.post(
      { kind: "load", program: this.#program, kernels: { use: this.#use } } satisfies WorkerRequest,
      [],
    );
    return worker;
  }

  #answered(answer: WorkerAnswer): void {
    const waiting = this.#waiting.get(answer.call);
    this.#waiting.delete(answer.call);
    if (this.#waiting.size === 0) this.#worker?.keepAlive(false);
    if ("outputs" in answer) waiting?.resolve(answer.outputs);
    else {
      const type = errorClasses.find(({ name }) => name === answer.error.name) ?? OctavoError;
      waiting?.reject(new type(answer.error));
    }
  }

  #end(reason: string, hint: string): void {
    const worker = this.#worker;
    this.#worker = null;
    worker?.end();
    const calls = [...this.#waiting.values()];
    this.#waiting.clear();
    const where = `runAsync of '${this.#program.name}'`;
    for (const { reject } of calls)
      reject(new KernelError({ where, expected: "the worker to answer", got: reason, hint }));
  }
}
