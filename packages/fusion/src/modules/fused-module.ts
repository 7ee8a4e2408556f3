import { Sequential } from "@octavo/nn";
import type { Module } from "@octavo/nn";

/**
 * Modules that are quantized as one: a layer with its batch norm, its activation, or both, run one after the other. Base
 * of torch.ao.nn.intrinsic's modules; children are called "0", "1", "2".
 */
export abstract class FusedModule<Parts extends Module[] = Module[]> extends Sequential {
  /** Graphs call the group as a whole. */
  static readonly isLeafModule = true;

  // Says which modules go in, and in which order.
  // eslint-disable-next-line no-useless-constructor
  constructor(...parts: Parts) {
    super(...parts);
  }

  /** What was fused, in order of execution; not the observer that `prepare` adds beside it. */
  parts(): Module[] {
    return [...this.namedChildren()].filter(([name]) => /^\d+$/.test(name)).map(([, part]) => part);
  }

  override [Symbol.iterator](): IterableIterator<Module> {
    return this.parts().values();
  }
}
