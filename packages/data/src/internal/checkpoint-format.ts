/** In the metadata of every checkpoint. */
export const checkpointFormat = "octavo-checkpoint";
/** Counts up when older files cannot be read any more. */
export const checkpointVersion = "1";
