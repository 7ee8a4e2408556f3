import { describeGiven, FormatError } from "@octavo/spec";

/** @throws FormatError for anything that does not look like a `Program`. */
export function requireProgram(given: unknown): void {
  if (looksLikeProgram(given)) return;
  const isModel =
    typeof given === "function" || (given !== null && typeof given === "object" && "forward" in given);
  throw new FormatError({
    where: "program",
    expected: "a Program",
    got: isModel ? "a model" : describeGiven(given),
    hint: isModel
      ? "lower(model, exampleInputs) of @octavo/convert makes a program of it."
      : "load also takes a path, an address or bytes (await response.arrayBuffer()). Await promises.",
  });
}

export function looksLikeProgram(given: unknown): boolean {
  return typeof given === "object" && given !== null && "ops" in given && "values" in given;
}
