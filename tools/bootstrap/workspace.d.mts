export const root: string;
export function toolScript(name: string, command?: string): string;
