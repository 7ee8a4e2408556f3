/** What came instead of what was expected, in few words: the class of an object, anything else as one writes it. */
export function describeGiven(given: unknown): string {
  if (typeof given === "string") return JSON.stringify(given);
  return Object(given) === given ? ((given as object).constructor?.name ?? "object") : String(given);
}
