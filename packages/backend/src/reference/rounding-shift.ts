/**
 * 1.5 · 2^52: adding it in float64 and subtracting it again rounds half to even, because at that size the last bit counts
 * ones. Values of 2^51 and more come out coarser; that they are still outside every integer range is enough before a clamp.
 */
export const roundingShift = 6755399441055744;
