/** Python's built-in names that torch.fx avoids: a module called `max` becomes the node `max_1`. */
const reserved = new Set(
  (
    "abs all any bin bool bytes callable chr compile complex dict dir divmod eval exec filter float format getattr " +
    "globals hash hex id input int iter len list locals map max min next object oct open ord pow print property range " +
    "repr reversed round set setattr slice sorted str sum super tuple type vars zip " +
    "and as assert break class continue def del elif else except finally for from global if import in is lambda not or " +
    "pass raise return try while with yield inf nan torch device"
  ).split(" "),
);

/** Names of nodes, unique in a graph, as torch.fx makes them: `conv1`, `layer1_0_conv1`, `add`, `add_1`, `max_1`, `_0`. */
export class NodeNames {
  readonly #used = new Set<string>();
  readonly #counts = new Map<string, number>();

  /** @param wish a path or name in torch's spelling. */
  create(wish: string): string {
    let candidate = wish.replace(/[^0-9a-zA-Z_]/g, "_") || "_unnamed";
    if (/^\d/.test(candidate)) candidate = `_${candidate}`;
    const [, base, suffix] = /^(\w*?)(?:_(\d+))?$/.exec(candidate)!;
    let count = Number(suffix ?? 0);
    if (suffix === undefined || this.#used.has(candidate)) {
      count = this.#counts.get(candidate) ?? 0;
      if (reserved.has(candidate)) candidate = `${base}_${++count}`;
    }
    while (this.#used.has(candidate)) candidate = `${base}_${++count}`;
    this.#used.add(candidate);
    this.#counts.set(base, count);
    return candidate;
  }
}
