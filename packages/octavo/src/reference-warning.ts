import type { Explanation } from "@octavo/backend";

type Choice = Pick<Explanation, "choice" | "kernels">;

/** What to tell somebody whose kernels all run in TypeScript, though nobody chose that; or null. */
export function referenceWarning({ choice, kernels }: Choice): string | null {
  if (choice !== "priority" || kernels.some(({ provider }) => provider !== "reference")) return null;
  return (
    "octavo: neither native nor WebAssembly kernels can be loaded, so all of them run in TypeScript, many times slower. " +
    "In a checkout npm run setup builds them; String(explain()) says what each lacks."
  );
}
