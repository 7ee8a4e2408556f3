import type { Module } from "@octavo/nn";
import { requireQConfig } from "./qconfig.ts";
import type { QConfig } from "./qconfig.ts";

/** A module class, or the name of a function met while tracing (`add`, `cat`). */
export type ObjectType = string | (abstract new (...args: never[]) => Module);

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

/**
 * Which parts of a traced model are quantized how; torch.ao.quantization.QConfigMapping. The most specific entry wins:
 * global < object type < name pattern < name (or that of a parent) < name, type and order. A null QConfig keeps float.
 * Every setter throws an ArgumentError for what is neither.
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
  readonly #byOrder: { path: string; type: ObjectType; order: number; qconfig: QConfig | null }[] = [];

  setGlobal(qconfig: QConfig | null): this {
    requireQConfig("setGlobal", qconfig);
    this.#global = qconfig;
    return this;
  }

  setObjectType(type: ObjectType, qconfig: QConfig | null): this {
    requireQConfig("setObjectType", qconfig);
    this.#byType.set(type, qconfig);
    return this;
  }

  /** The pattern must match the path from its beginning, as Python's re.match; the first registered match wins. */
  setModuleNameRegex(pattern: RegExp | string, qconfig: QConfig | null): this {
    requireQConfig("setModuleNameRegex", qconfig);
    const { source, flags } = new RegExp(pattern);
    this.#byPattern.set(`/${source}/${flags}`, { pattern: new RegExp(`^(?:${source})`, flags), qconfig });
    return this;
  }

  /** Also everything below that module. */
  setModuleName(path: string, qconfig: QConfig | null): this {
    requireQConfig("setModuleName", qconfig);
    this.#byName.set(path, qconfig);
    return this;
  }

  /** The call number `order` (from 0) of this type among those that the forward of the module at `path` makes. */
  setModuleNameObjectTypeOrder(path: string, type: ObjectType, order: number, qconfig: QConfig | null): this {
    requireQConfig("setModuleNameObjectTypeOrder", qconfig);
    this.#byOrder.push({ path, type, order, qconfig });
    return this;
  }

  /** Paths that entries name, each of which should be a module of the model. */
  get moduleNames(): string[] {
    return [...this.#byName.keys(), ...this.#byOrder.map(({ path }) => path)];
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

  #orderLevel({ type, call }: MappingQuery): QConfig | null | undefined {
    return this.#byOrder.findLast(
      (entry) => entry.path === call?.within && entry.type === type && entry.order === call.index,
    )?.qconfig;
  }

  #nameLevel({ path }: MappingQuery): QConfig | null | undefined {
    for (let name = path; name !== ""; name = name.slice(0, Math.max(0, name.lastIndexOf(".")))) {
      if (this.#byName.has(name)) return this.#byName.get(name);
    }
    return undefined;
  }

  #patternLevel({ path }: MappingQuery): QConfig | null | undefined {
    return [...this.#byPattern.values()].find(({ pattern }) => path.search(pattern) === 0)?.qconfig;
  }

  #typeLevel({ type }: MappingQuery): QConfig | null | undefined {
    return this.#byType.get(type);
  }

  *#entries(): IterableIterator<[key: string, qconfig: QConfig | null]> {
    const typeName = (type: ObjectType) => (typeof type === "string" ? type : type.name);
    yield ["global", this.#global];
    for (const [type, qconfig] of this.#byType) yield [`type ${typeName(type)}`, qconfig];
    for (const [text, { qconfig }] of this.#byPattern) yield [`path ${text}`, qconfig];
    for (const [path, qconfig] of this.#byName) yield [`path "${path}"`, qconfig];
    for (const { path, type, order, qconfig } of this.#byOrder) {
      yield [`${typeName(type)} ${order} in "${path}"`, qconfig];
    }
  }

  toString(): string {
    const lines = [...this.#entries()].map(([key, qconfig]) => `${key}: ${qconfig}`);
    return `QConfigMapping(\n  ${lines.join("\n  ")}\n)`;
  }
}
