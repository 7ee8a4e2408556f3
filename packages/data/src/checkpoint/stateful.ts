/**
 * What a checkpoint saves: modules, optimisers, schedulers, loaders, generators, or any object of yours. State is made of
 * tensors, numbers, strings, booleans, null, and of arrays, plain objects and maps of those.
 */
export interface Stateful {
  stateDict(): unknown;
  /** Takes back what `stateDict` gave: equal values, in new tensors. @throws for what does not fit. */
  loadStateDict(state: any): unknown;
}

/** The parts of a run by name: `{ model, optimizer, schedule, loader }`. */
export type CheckpointParts = Readonly<Record<string, Stateful>>;
