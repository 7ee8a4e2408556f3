/** Prints the outcome of one check: a problem, or null, and a remark for both. */
export type Report = (check: string, problem: string | null, remark?: string) => void;

/** Makes the process exit with code 1 once a problem was reported. */
export const report: Report = (check, problem, remark) => {
  console.log(`${problem === null ? "ok    " : "FAILED"}  ${check}${remark ? ` (${remark})` : ""}`);
  if (problem === null) return;
  console.log(problem.replaceAll(/^/gm, "        "));
  process.exitCode = 1;
};
