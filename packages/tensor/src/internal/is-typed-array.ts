/** A typed array of any kind: a view that has elements, as a DataView has not. */
export function isTypedArray(x: unknown): x is ArrayBufferView & ArrayLike<number | bigint> {
  return ArrayBuffer.isView(x) && !(x instanceof DataView);
}
