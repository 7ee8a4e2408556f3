const marker: unique symbol = Symbol.for("octavo.error") as never;

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
  readonly [marker] = true;
  readonly where: string;
  readonly expected: string;
  readonly got: string;
  readonly hint: string | undefined;

  constructor(parts: ErrorParts) {
    const hint = parts.hint ? `\n${parts.hint}` : "";
    super(`${parts.where}: expected ${parts.expected}, got ${parts.got}.${hint}`, { cause: parts.cause });
    this.name = new.target.name;
    this.where = parts.where;
    this.expected = parts.expected;
    this.got = parts.got;
    this.hint = parts.hint;
  }

  static isInstance(error: unknown): error is OctavoError {
    return typeof error === "object" && error !== null && (error as Record<symbol, unknown>)[marker] === true;
  }
}

/** Sizes that do not fit together. */
export class ShapeError extends OctavoError {}
/** A float operation fed a quantized tensor, or the reverse, or an unsupported dtype. */
export class DTypeError extends OctavoError {}
/** An argument outside its range, or a name that does not exist. */
export class ArgumentError extends OctavoError {}
/** A file that is truncated, foreign, damaged, or of a newer version. */
export class FormatError extends OctavoError {}
/** A kernel provider that cannot run here, or a kernel that nobody provides. */
export class KernelError extends OctavoError {}
/** A step of the flow done out of order, or on a module that does not support it. */
export class QuantizationError extends OctavoError {}
