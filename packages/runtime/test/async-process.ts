/** Run by `async.test.ts`: loads the best kernels, and ends by itself although the session is never disposed of. */
import { explain } from "@octavo/backend";

import { load } from "../src/index.ts";
import { ProgramBuilder } from "./program-builder.ts";

const net = new ProgramBuilder();
const x = net.input("x", { shape: [-1, 3], dtype: "float32" });
const y = net.op("unary", [x], { shape: [-1, 3], dtype: "float32" }, { operator: "relu" });
const session = await load(net.build(y));
const input = { data: [1, -2, 3], shape: [1, 3] };
const { data } = await session.runAsync(input);
console.log(data.join() === session.run(input).data.join() ? "same" : "different");
console.log(explain().choice);
