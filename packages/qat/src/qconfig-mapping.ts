import type { Module } from "@octavo/nn";
import type { QConfig } from "./qconfig.ts";

/** A module class, or the name of a function met while tracing (`add`, `cat`). */
export type ObjectType = string | (abstract new (...args: never[]) => Module);

/** What a mapping is asked about: a node of a traced model. */
export interface MappingQuery {
  /** Module path; of a function, the path of the module whose forward called it. */
  readonly path: string;
  readonly type: ObjectType;
  /** How many nodes of this type came before in the same module; for `setModuleNameObjectTypeOrder`. */
  readonly order?: number;
}

/**
 * Which parts of a traced model are quantized how; torch.ao.quantization.QConfigMapping. The most specific entry wins:
 * global < object type < name pattern < name (or that of a parent) < name, type and order. A null QConfig keeps float.
 *
 * ```ts ignore
 * new QConfigMapping().setGlobal(getDefaultQConfig()).setObjectType(Linear, null).setModuleName("features.0", other)
 * ```
 */
export class QConfigMapping {
  #global: QConfig | null = null;
  readonly #byType = new Map<ObjectType, QConfig | null>();
  readonly #byPattern: [RegExp, QConfig | null][] = [];
  readonly #byName = new Map<string, QConfig | null>();
  readonly #byOrder: { path: string; type: ObjectType; order: number; qconfig: QConfig | null }[] = [];

  setGlobal(qconfig: QConfig | null): this {
    this.#global = qconfig;
    return this;
  }

  setObjectType(type: ObjectType, qconfig: QConfig | null): this {
    this.#byType.set(type, qconfig);
    return this;
  }

  /** The pattern must match the path from its beginning, as Python's re.match; the first registered match wins. */
  setModuleNameRegex(pattern: RegExp | string, qconfig: QConfig | null): this {
    const source = typeof pattern === "string" ? pattern : pattern.source;
    this.#byPattern.push([new RegExp(`^(?:${source})`), qconfig]);
    return this;
  }

  /** Also everything below that module. */
  setModuleName(path: string, qconfig: QConfig | null): this {
    this.#byName.set(path, qconfig);
    return this;
  }

  setModuleNameObjectTypeOrder(path: string, type: ObjectType, order: number, qconfig: QConfig | null): this {
    this.#byOrder.push({ path, type, order, qconfig });
    return this;
  }

  /** The QConfig of one node; null: stay float. */
  find(query: MappingQuery): QConfig | null {
    for (const level of [this.#orderLevel, this.#nameLevel, this.#patternLevel, this.#typeLevel]) {
      const found = level.call(this, query);
      if (found !== undefined) return found;
    }
    return this.#global;
  }

  #orderLevel({ path, type, order }: MappingQuery): QConfig | null | undefined {
    return this.#byOrder.findLast(
      (entry) => entry.path === path && entry.type === type && entry.order === order,
    )?.qconfig;
  }

  #nameLevel({ path }: MappingQuery): QConfig | null | undefined {
    for (let name = path; ; name = name.slice(0, name.lastIndexOf("."))) {
      if (this.#byName.has(name)) return this.#byName.get(name);
      if (!name.includes(".")) return undefined;
    }
  }

  #patternLevel({ path }: MappingQuery): QConfig | null | undefined {
    return this.#byPattern.find(([pattern]) => pattern.test(path))?.[1];
  }

  #typeLevel({ type }: MappingQuery): QConfig | null | undefined {
    return this.#byType.get(type);
  }

  toString(): string {
    const typeName = (type: ObjectType) => (typeof type === "string" ? type : type.name);
    const lines = [
      `global: ${this.#global}`,
      ...[...this.#byType].map(([type, q]) => `type ${typeName(type)}: ${q}`),
      ...this.#byPattern.map(([pattern, q]) => `path ${pattern}: ${q}`),
      ...[...this.#byName].map(([name, q]) => `path "${name}": ${q}`),
      ...this.#byOrder.map(
        ({ path, type, order, qconfig }) => `${typeName(type)} ${order} in "${path}": ${qconfig}`,
      ),
    ];
    return `QConfigMapping(\n  ${lines.join("\n  ")}\n)`;
  }
}
