let depth = 0;

/** Whether the elements that are read now are read by an operation, which never writes to its inputs. */
export function insideOperation(): boolean {
  return depth > 0;
}

/** Runs what an operation does with the elements of tensors. */
export function operation<T>(body: () => T): T {
  depth++;
  try {
    return body();
  } finally {
    depth--;
  }
}
