/**
 * An element-wise function of one value and its derivative. Loops run over whole arrays, because V8 boxes the numbers
 * that pass through a function called per element. `alpha` and `beta` are float32 values.
 */
export interface UnaryRule {
  /** y = f(x). `y` may be `x`. */
  forward(x: Float32Array, y: Float32Array, alpha: number, beta: number): void;
  /** dx = f'(x) · dy, given also y = f(x). `dx` may be `dy`. */
  gradient(
    x: Float32Array,
    y: Float32Array,
    dy: Float32Array,
    dx: Float32Array,
    alpha: number,
    beta: number,
  ): void;
}
