const marker: unique symbol = Symbol.for("octavo.error") as never;

/** What an error says, in this order. */
export interface ErrorParts {
  /** Module path, file or function in which it happened: `features.3.conv.1 (Conv2d)`. */
  readonly where: string;
  readonly expected: string;
  readonly got: string;
  /** What to do next. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/**
 * Every error Octavo raises on purpose: where, what was expected, what came, what to do next.
 * `OctavoError.isInstance` works across copies of this package.
 */
export class OctavoError extends Error {
  /** Written out, here and below, since minifiers give classes other names. */
  static override readonly name: string = "OctavoError";
  declare readonly where: string;
  declare readonly expected: string;
  declare readonly got: string;
  declare readonly hint: string | undefined;

  constructor({ where, expected, got, hint, cause }: ErrorParts) {
    const text = `${where}: expected ${expected}, got ${got}.${hint ? `\n${hint}` : ""}`;
    super(text, cause === undefined ? {} : { cause });
    // Not enumerable: the message has it all, and Node prints enumerable properties after the stack.
    const own = { [marker]: true, name: new.target.name, where, expected, got, hint };
    for (const key of Reflect.ownKeys(own) as (keyof typeof own)[]) {
      Object.defineProperty(this, key, { value: own[key], configurable: true, writable: true });
    }
  }

  static isInstance(error: unknown): error is OctavoError {
    return (error as Record<symbol, unknown> | null | undefined)?.[marker] === true;
  }
}

/** Sizes that do not fit together. */
export class ShapeError extends OctavoError {
  static override readonly name: string = "ShapeError";
}
/** A float operation fed a quantized tensor, or the reverse, or an unsupported dtype. */
export class DTypeError extends OctavoError {
  static override readonly name: string = "DTypeError";
}
/** An argument outside its range, or a name that does not exist. */
export class ArgumentError extends OctavoError {
  static override readonly name: string = "ArgumentError";
}
/** A file that is truncated, foreign, damaged, or of a newer version. */
export class FormatError extends OctavoError {
  static override readonly name: string = "FormatError";
}
/** A kernel provider that cannot run here, or a kernel that nobody provides. */
export class KernelError extends OctavoError {
  static override readonly name: string = "KernelError";
}
/** A step of the flow done out of order, or on a module that does not support it. */
export class QuantizationError extends OctavoError {
  static override readonly name: string = "QuantizationError";
}
