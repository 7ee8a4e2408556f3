export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  onLine?: (line: string) => void;
}
export function run(command: readonly string[], options?: RunOptions): Promise<number>;
export function capture(command: readonly string[], options?: { env?: NodeJS.ProcessEnv }): string | null;
export function withPath(folders: readonly string[], env?: NodeJS.ProcessEnv): NodeJS.ProcessEnv;
