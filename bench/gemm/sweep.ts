import type { Product } from "./products.ts";

/**
 * Below, at and above the register tiles (1 to 6 rows, 8 to 32 columns), layers of MobileNetV2 and ResNet as products,
 * and squares.
 */
export const sweep: readonly Product[] = [
  { m: 1, n: 1000, k: 1280 },
  { m: 5, n: 15, k: 64 },
  { m: 6, n: 16, k: 64 },
  { m: 7, n: 17, k: 64 },
  { m: 49, n: 320, k: 960 },
  { m: 49, n: 160, k: 960 },
  { m: 196, n: 384, k: 64 },
  { m: 196, n: 64, k: 384 },
  { m: 784, n: 32, k: 192 },
  { m: 3136, n: 144, k: 24 },
  { m: 12544, n: 16, k: 32 },
  { m: 3136, n: 64, k: 256 },
  { m: 196, n: 1024, k: 256 },
  { m: 64, n: 64, k: 64 },
  { m: 127, n: 127, k: 127 },
  { m: 256, n: 256, k: 256 },
  { m: 513, n: 513, k: 513 },
  { m: 1024, n: 1024, k: 1024 },
];
