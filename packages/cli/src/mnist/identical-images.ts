/** How many images have the same logits, bit for bit, in both; `classes` logits an image. */
export function identicalImages(a: Float32Array, b: Float32Array, classes: number): number {
  const [first, second] = [a, b].map((x) => new Uint32Array(x.buffer, x.byteOffset, x.length));
  let same = 0;
  for (let i = 0; i < first.length; i += classes) {
    const row = first.subarray(i, i + classes);
    if (a.length === b.length && row.every((bits, j) => bits === second[i + j])) same += 1;
  }
  return same;
}
