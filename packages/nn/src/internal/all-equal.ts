export const allEqual = (values: readonly number[], value: number): boolean =>
  values.every((x) => x === value);
