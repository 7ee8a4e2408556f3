/** A layer as both libraries build it: the classes and their arguments have the same names and order. */
export interface LayerStep {
  readonly layer: "Linear" | "Conv1d" | "Embedding" | "LayerNorm" | "MultiheadAttention" | "LSTM" | "GRU";
  readonly arguments: readonly number[];
  readonly input: readonly number[];
  readonly mode: "float" | "qat";
}

/** What an engine answers to a step: milliseconds, and those of all threads of its process together. */
export interface StepTimes {
  readonly ms: number;
  readonly cpuMs: number;
}
