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

/** Whether a signal has asked this process to end; what comes next must not start. */
export const interrupted = () => wasInterrupted;

let wasInterrupted = false;

const signalNumbers = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15 };

function forwardSignals(child) {
  const handlers = ["SIGINT", "SIGTERM", "SIGHUP"].map((signal) => {
    const handler = () => {
      wasInterrupted = true;
      // Ctrl-C reaches the child by itself, with the rest of the terminal's group; a second one would be taken for
      // impatience. Without a terminal nobody knows whom the sender meant, so the child gets time to have heard it.
      if (signal !== "SIGINT") child.kill(signal);
      else if (!process.stdin.isTTY) setTimeout(() => child.kill(signal), 500).unref();
    };
    process.on(signal, handler);
    return [signal, handler];
  });
  const orphaned = whenOrphaned(() => child.kill("SIGTERM"));
  return () => {
    clearInterval(orphaned);
    handlers.forEach(([signal, handler]) => process.off(signal, handler));
  };
}

/** npm's shell dies of a SIGTERM to npm without a word to us; the job must not go on behind the user's back. */
function whenOrphaned(action) {
  if (!process.env.npm_lifecycle_event || process.platform === "win32") return undefined;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    action();
  }, 500);
  return timer;
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
