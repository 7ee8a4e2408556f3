import type { Node } from "../node.ts";

/** `relu in features.3`: the step, and the module whose forward makes it. */
export const placeOf = ({ name, scope }: Node): string => (scope ? `${name} in ${scope}` : name);
