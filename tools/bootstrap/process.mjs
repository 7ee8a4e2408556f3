// Child processes without a shell, so that the same code runs on Windows.
import { spawn, spawnSync } from "node:child_process";
import { delimiter } from "node:path";

/**
 * Runs a program and resolves to its exit code (128 + n when signal n ended it). Signals that reach this
 * process go on to the child; this process then ends with the child's code.
 * @param {string[]} command
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, onLine?: (line: string) => void }} [options]
 * @returns {Promise<number>}
 */
export function run([file, ...args], { cwd, env = process.env, onLine } = {}) {
  return new Promise((resolve, reject) => {
    const output = onLine ? "pipe" : "inherit";
    const child = spawn(file, args, { cwd, env, stdio: ["inherit", output, output] });
    if (onLine) {
      eachLine(child.stdout, onLine);
      eachLine(child.stderr, onLine);
    }
    const stop = forwardSignals(child);
    child.once("error", (error) => {
      stop();
      reject(error);
    });
    child.once("close", (code, signal) => {
      stop();
      resolve(code ?? 128 + (signalNumbers[signal] ?? 0));
    });
  });
}

/** What a program prints, or null when it cannot run or fails. */
export function capture([file, ...args], options = {}) {
  const { status, stdout } = spawnSync(file, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    ...options,
  });
  return status === 0 ? stdout.trim() : null;
}

/** The environment with folders put before the others on the PATH (which Windows may spell `Path`). */
export function withPath(folders, env = process.env) {
  const key = Object.keys(env).find((name) => name.toUpperCase() === "PATH") ?? "PATH";
  return { ...env, [key]: [...folders, env[key]].filter(Boolean).join(delimiter) };
}

const signalNumbers = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15 };

function forwardSignals(child) {
  const handlers = ["SIGINT", "SIGTERM", "SIGHUP"].map((signal) => {
    const handler = () => {
      // A terminal's Ctrl-C has already reached the child; a second one would be taken for impatience.
      if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
    };
    process.on(signal, handler);
    return [signal, handler];
  });
  return () => handlers.forEach(([signal, handler]) => process.off(signal, handler));
}

function eachLine(stream, onLine) {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (chunk) => {
    const lines = (rest + chunk).split(/\r?\n/);
    rest = lines.pop();
    lines.forEach(onLine);
  });
  stream.on("end", () => rest && onLine(rest));
}
