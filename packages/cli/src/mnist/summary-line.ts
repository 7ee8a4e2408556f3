import type { Results } from "./job.ts";

/** `octavo: float 99.10 qat-int8 99.05 ptq-int8 98.90 bytes 0.27 identical 10000/10000`, for people and for scripts. */
export function summaryLine({ float, qatInt8, ptqInt8, identical }: Results): string {
  const values = {
    float: float.accuracy.toFixed(2),
    "qat-int8": qatInt8.accuracy.toFixed(2),
    "ptq-int8": ptqInt8.accuracy.toFixed(2),
    bytes: (qatInt8.bytes / float.bytes).toFixed(2),
    identical: `${identical.same}/${identical.of}`,
  };
  const words = Object.entries(values).map(([name, value]) => `${name} ${value}`);
  return `octavo: ${words.join(" ")}`;
}
