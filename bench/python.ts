import { spawnSync } from "node:child_process";

/** $PYTHON or python3, if it can import what a peer needs; says what to install otherwise. */
export function pythonWith(...packages: readonly string[]): string | null {
  const python = process.env.PYTHON ?? "python3";
  const { status } = spawnSync(python, ["-c", `import ${packages.join(", ")}`], { stdio: "ignore" });
  if (status === 0) return python;
  const command = `${python} -m pip install ${packages.join(" ")}`;
  console.log(
    `skipped ${packages[0]}: ${python} cannot import ${packages.join(" and ")}; ${command}, or set PYTHON`,
  );
  return null;
}
