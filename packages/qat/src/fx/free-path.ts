import type { GraphModule } from "@octavo/graph";

/** `name`, or `name_1`, … : nothing that the module has. */
export function freePath(model: GraphModule, name: string): string {
  let path = name;
  for (let count = 1; path in model; count++) path = `${name}_${count}`;
  return path;
}
