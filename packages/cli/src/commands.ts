import type { Command } from "./command.ts";
import { mnist } from "./mnist/command.ts";
import { profile } from "./profile/command.ts";

/** Every subcommand by name. A new one is one entry here. */
export const commands: Readonly<Record<string, Command>> = { mnist, profile };
