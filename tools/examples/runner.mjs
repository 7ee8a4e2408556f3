// The child that runs programs one after the other and tells its parent what each printed, and where.
// Plain JavaScript without dependencies: it also runs with the oldest Node, on installed packages.
import * as nodeModule from "node:module";
import { format } from "node:util";

/**
 * @typedef {{ url: string, code?: string }} Program with `code`, the file at `url` does not hold the program itself:
 *   `url` says where imports start from, and which lines the stack names
 */

process.once("message", async ({ programs, fallbacks }) => {
  if (programs.some(({ code }) => code !== undefined)) serveVirtualFiles(programs, fallbacks);
  for (const { url } of programs) {
    const result = await runProgram(url);
    await new Promise((sent) => process.send(result, sent));
  }
  // A program that waits for something else (a server, a worker) must not keep this child alive. Not by process.exit:
  // Node 24 may wait there for ever, when a thread that compiles JavaScript asks for garbage collection at that moment.
  process.kill(process.pid, "SIGKILL");
});

async function runProgram(url) {
  const outputs = [];
  const log = console.log;
  console.log = (...values) => outputs.push({ line: lineIn(url), text: format(...values) });
  try {
    await import(url);
    return { url, outputs };
  } catch (error) {
    return { url, outputs, error: error?.stack ?? String(error) };
  } finally {
    console.log = log;
  }
}

/** The line of the program that is running now: the innermost call of this thread that is written there. */
function lineIn(url) {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 100;
  const { stack } = new Error("where");
  Error.stackTraceLimit = limit;
  const at = stack.indexOf(`${url}:`);
  return at < 0 ? 0 : Number.parseInt(stack.slice(at + url.length + 1), 10);
}

/** Lets blocks of a README be imported as if each were a file beside it; `fallbacks` serve names not found from there. */
function serveVirtualFiles(programs, fallbacks) {
  const codes = new Map(programs.map(({ url, code }) => [url, code]));
  nodeModule.registerHooks({
    resolve(specifier, context, next) {
      if (codes.has(specifier)) return { url: specifier, format: "module-typescript", shortCircuit: true };
      try {
        return next(specifier, context);
      } catch (error) {
        const parentURL = codes.has(context.parentURL) && fallbacks[specifier];
        if (!parentURL) throw error;
        return next(specifier, { ...context, parentURL });
      }
    },
    load(url, context, next) {
      const source = codes.get(url);
      return source === undefined
        ? next(url, context)
        : { format: "module-typescript", source, shortCircuit: true };
    },
  });
}
