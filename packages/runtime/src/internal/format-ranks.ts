/** Smallest and largest rank that tensors of a memory format have. */
export const formatRanks = { contiguous: [0, 8], channelsLast: [3, 5] } as const;

/** In an error for another one. */
export const formats = "memory format contiguous (rank 0 to 8) or channelsLast (rank 3 to 5)";
