import { Module } from "../module.ts";

/** Returns its input. */
export class Identity extends Module<[x: any], any> {
  override forward<T>(x: T): T {
    return x;
  }
}
