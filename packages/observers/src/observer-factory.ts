import type { Observer } from "./observer.ts";

/** A class that `observerFactory` can make observers of. */
export interface ObserverClass<O extends Observer, Options extends object> {
  readonly className: string;
  new (options: Options): O;
}

/**
 * How to make observers of one kind: what a `QConfig` holds, torch's `Observer.with_args(…)`. Frozen; `className` and
 * `options` are data, to print, store and compare.
 */
export interface ObserverFactory<O extends Observer = Observer, Options extends object = object> {
  readonly className: string;
  readonly options: Readonly<Options>;
  /** A new observer that has seen nothing. */
  create(): O;
  /** The same kind with these options changed. */
  with(options: Partial<Options>): ObserverFactory<O, Options>;
  /** Whether both make the same observers: same class name, same options. */
  equals(other: unknown): boolean;
  /** `MinMaxObserver.withArgs({"quantMin":0,"quantMax":127})` */
  toString(): string;
}

/** The factory of a class with these options; `withArgs` of every class here is this. @throws what the class does for such options. */
export function observerFactory<O extends Observer, Options extends object>(
  observerClass: ObserverClass<O, Options>,
  options: NoInfer<Options>,
): ObserverFactory<O, Options> {
  return new ClassFactory(observerClass, options);
}

class ClassFactory<O extends Observer, Options extends object> implements ObserverFactory<O, Options> {
  readonly className: string;
  readonly options: Readonly<Options>;
  readonly #observerClass: ObserverClass<O, Options>;

  constructor(observerClass: ObserverClass<O, Options>, options: Options) {
    this.#observerClass = observerClass;
    this.className = observerClass.className;
    const given = Object.entries(options).filter(([, value]) => value !== undefined);
    this.options = Object.freeze(Object.fromEntries(given) as Options);
    Object.freeze(this);
    // Options that the class refuses are to fail where they are written, not where a model is prepared.
    this.create();
  }

  create(): O {
    return new this.#observerClass(this.options);
  }

  with(options: Partial<Options>): ObserverFactory<O, Options> {
    return new ClassFactory(this.#observerClass, { ...this.options, ...options });
  }

  equals(other: unknown): boolean {
    return (
      other instanceof ClassFactory &&
      this.className === other.className &&
      sameOptions(this.options, other.options)
    );
  }

  toString(): string {
    const args = Object.keys(this.options).length > 0 ? JSON.stringify(this.options) : "";
    return `${this.className}.withArgs(${args})`;
  }
}

function sameOptions(a: object, b: object): boolean {
  const sorted = (options: object) =>
    JSON.stringify(Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1)));
  return sorted(a) === sorted(b);
}
