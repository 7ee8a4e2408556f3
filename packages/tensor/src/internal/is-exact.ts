/** Whether an integer less a zero point is exact in float32, if both are of this size. */
export const isExact = (integer: number): boolean => Math.abs(integer) < 2 ** 20;
