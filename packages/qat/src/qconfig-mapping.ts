import { regularExpression, requireOrder, requirePath } from "./mapping-arguments.ts";
import { objectType, objectTypeName } from "./object-type.ts";
import type { ObjectType, ObjectTypeLike } from "./object-type.ts";
import { requireQConfig } from "./qconfig.ts";
import type { QConfig } from "./qconfig.ts";

/** What a mapping is asked about: a node of a traced model. */
export interface MappingQuery {
  /** Module path; of a function, the path of the module whose forward called it ("" for the model itself). */
  readonly path: string;
  readonly type: ObjectType;
  /** Which of the calls of this type in one forward it is; for `setModuleNameObjectTypeOrder`. */
  readonly call?: {
    /** Path of the module whose forward makes the call. */
    readonly within: string;
    /** Calls of the same type before it there. */
    readonly index: number;
  };
}

/** Entries that answer no question about a model, as printed. */
export interface UnmatchedEntries {
  readonly names: readonly string[];
  readonly patterns: readonly string[];
  readonly orders: readonly string[];
  /** But for those that the mapping was made with. */
  readonly types: readonly string[];
}

/**
 * Which parts of a traced model are quantized how; torch.ao.quantization.QConfigMapping. The most specific entry wins:
 * global < object type < name pattern < name (or that of a parent) < name, type and order. A null QConfig keeps float.
 * Every setter throws an ArgumentError for what is neither, and for what cannot be a type, pattern, path or order. `prepareFx` does for
 * paths, patterns and orders that the model has not, and warns of types, through `onWarning`.
 *
 * ```ts ignore
 * new QConfigMapping().setGlobal(getDefaultQConfig()).setObjectType(Linear, null).setModuleName("features.0", other)
 * ```
 */
export class QConfigMapping {
  #global: QConfig | null = null;
  readonly #byType = new Map<ObjectType, QConfig | null>();
  readonly #byPattern = new Map<string, { pattern: RegExp; qconfig: QConfig | null }>();
  readonly #byName = new Map<string, QConfig | null>();
  readonly #byOrder: (OrderEntry & { readonly qconfig: QConfig | null })[] = [];
  readonly #optional: ReadonlySet<ObjectType>;

  /** @param byType first entries by type, for mappings that are made for all models: a model need not have such calls. */
  constructor(byType: Iterable<readonly [type: ObjectType, qconfig: QConfig | null]> = []) {
    for (const [type, qconfig] of byType) this.setObjectType(type, qconfig);
    this.#optional = new Set(this.#byType.keys());
  }

  setGlobal(qconfig: QConfig | null): this {
    requireQConfig("setGlobal", qconfig);
    this.#global = qconfig;
    return this;
  }

  /** Modules of exactly this class, or calls of a function. */
  setObjectType(type: ObjectTypeLike, qconfig: QConfig | null): this {
    requireQConfig("setObjectType", qconfig);
    this.#byType.set(objectType("setObjectType", type), qconfig);
    return this;
  }

  /** The pattern must match the path from its beginning, as Python's re.match; the first registered match wins. */
  setModuleNameRegex(pattern: RegExp | string, qconfig: QConfig | null): this {
    requireQConfig("setModuleNameRegex", qconfig);
    const { source, flags } = regularExpression("setModuleNameRegex", pattern);
    this.#byPattern.set(`/${source}/${flags}`, { pattern: new RegExp(`^(?:${source})`, flags), qconfig });
    return this;
  }

  /** Also everything below that module. */
  setModuleName(path: string, qconfig: QConfig | null): this {
    requireQConfig("setModuleName", qconfig);
    requirePath("setModuleName", path);
    this.#byName.set(path, qconfig);
    return this;
  }

  /** The call number `order` (from 0) of this type among those that the forward of the module at `path` makes. */
  setModuleNameObjectTypeOrder(
    path: string,
    type: ObjectTypeLike,
    order: number,
    qconfig: QConfig | null,
  ): this {
    const where = "setModuleNameObjectTypeOrder";
    requireQConfig(where, qconfig);
    requirePath(where, path);
    requireOrder(where, order);
    this.#byOrder.push({ path, type: objectType(where, type), order, qconfig });
    return this;
  }

  /**
   * What says nothing about a model.
   * @param paths of its modules. @param calls all that tracing met.
   */
  unmatched(paths: ReadonlySet<string>, calls: readonly MappingQuery[]): UnmatchedEntries {
    const places = [...paths, ...calls.map(({ path }) => path)];
    const types = new Set(calls.map(({ type }) => type));
    const named = [...this.#byName.keys(), ...this.#byOrder.map(({ path }) => path)];
    return {
      names: named.filter((path) => !paths.has(path)).map((path) => `"${path}"`),
      patterns: [...this.#byPattern]
        .filter(([, { pattern }]) => !places.some((path) => matches(pattern, path)))
        .map(([text]) => text),
      orders: this.#byOrder
        .filter((entry) => !calls.some((call) => isCall(entry, call)))
        .map(({ path, type, order }) => `${objectTypeName(type)} ${order} in "${path}"`),
      types: [...this.#byType.keys()]
        .filter((type) => !types.has(type) && !this.#optional.has(type))
        .map(objectTypeName),
    };
  }

  /** The QConfig of one node; null: stay float. */
  find(query: MappingQuery): QConfig | null {
    const own = this.findOwn(query);
    return own === undefined ? this.#global : own;
  }

  /** As `find`, but undefined where only the global entry applies. */
  findOwn(query: MappingQuery): QConfig | null | undefined {
    for (const level of [this.#orderLevel, this.#nameLevel, this.#patternLevel, this.#typeLevel]) {
      const found = level.call(this, query);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #orderLevel(query: MappingQuery): QConfig | null | undefined {
    return this.#byOrder.findLast((entry) => isCall(entry, query))?.qconfig;
  }

  #nameLevel({ path }: MappingQuery): QConfig | null | undefined {
    for (let name = path; name !== ""; name = name.slice(0, Math.max(0, name.lastIndexOf(".")))) {
      if (this.#byName.has(name)) return this.#byName.get(name);
    }
    return undefined;
  }

  #patternLevel({ path }: MappingQuery): QConfig | null | undefined {
    return [...this.#byPattern.values()].find(({ pattern }) => matches(pattern, path))?.qconfig;
  }

  #typeLevel({ type }: MappingQuery): QConfig | null | undefined {
    return this.#byType.get(type);
  }

  *#entries(): IterableIterator<[key: string, qconfig: QConfig | null]> {
    yield ["global", this.#global];
    for (const [type, qconfig] of this.#byType) yield [`type ${objectTypeName(type)}`, qconfig];
    for (const [text, { qconfig }] of this.#byPattern) yield [`path ${text}`, qconfig];
    for (const [path, qconfig] of this.#byName) yield [`path "${path}"`, qconfig];
    for (const { path, type, order, qconfig } of this.#byOrder) {
      yield [`${objectTypeName(type)} ${order} in "${path}"`, qconfig];
    }
  }

  toString(): string {
    const lines = [...this.#entries()].map(([key, qconfig]) => `${key}: ${qconfig}`);
    return `QConfigMapping(\n  ${lines.join("\n  ")}\n)`;
  }
}

interface OrderEntry {
  readonly path: string;
  readonly type: ObjectType;
  readonly order: number;
}

const isCall = ({ path, type, order }: OrderEntry, query: MappingQuery) =>
  path === query.call?.within && type === query.type && order === query.call.index;

const matches = (pattern: RegExp, path: string) => path.search(pattern) === 0;
