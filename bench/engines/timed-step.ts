/** How long something took: milliseconds, and those of all threads of the process together. */
export interface StepTimes {
  readonly ms: number;
  readonly cpuMs: number;
}

export function timedStep(step: () => void): StepTimes {
  const start = performance.now();
  const usage = process.cpuUsage();
  step();
  const { user, system } = process.cpuUsage(usage);
  return { ms: performance.now() - start, cpuMs: (user + system) / 1000 };
}
