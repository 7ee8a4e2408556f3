// Run by `npm exec --package=pnpm`: tells where npm put it.
import { delimiter } from "node:path";

console.log((process.env.PATH ?? process.env.Path ?? "").split(delimiter).join("\n"));
