/** IEEE half precision, as raw bits, to float32; exact. */
export function halfToFloat32(bits: Uint16Array): Float32Array {
  return Float32Array.from(bits, (half) => {
    const sign = half >> 15 ? -1 : 1;
    const exponent = (half >> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
    return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
}

/** bfloat16, as raw bits, to float32: its upper half; exact. */
export function bfloat16ToFloat32(bits: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(bits, (half) => half << 16).buffer);
}
