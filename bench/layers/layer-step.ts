/** A layer as both libraries build it: the classes and their arguments have the same names and order. */
export interface LayerStep {
  readonly layer: "Linear" | "Conv1d" | "Embedding" | "LayerNorm" | "MultiheadAttention" | "LSTM" | "GRU";
  readonly arguments: readonly number[];
  readonly input: readonly number[];
  /** Training steps, or inference of what `quantizeDynamic` makes. */
  readonly mode: "float" | "qat" | "dynamic";
}
