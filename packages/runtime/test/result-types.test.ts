import { expectTypeOf, it } from "vitest";
import type { DType } from "@octavo/spec";
import type { Session } from "../src/index.ts";

it("results are float32 unless their reader says otherwise", () => {
  const logits = (session: Session) => session.run({ data: [1], shape: [1, 1] }).data;
  expectTypeOf(logits).returns.toEqualTypeOf<Float32Array>();
  const best = (session: Session) => logits(session).indexOf(Math.max(...logits(session)));
  expectTypeOf(best).returns.toBeNumber();
  const named = (session: Session) => session.run<"quint8">({ x: { data: [1], shape: [1, 1] } }).y.data;
  expectTypeOf(named).returns.toEqualTypeOf<Uint8Array>();
  const any = (session: Session) => session.runAsync<DType>({ data: [1], shape: [1, 1] });
  expectTypeOf(any).returns.resolves.toHaveProperty("data");
});
