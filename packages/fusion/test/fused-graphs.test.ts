import { describe, expect, it } from "vitest";
import { goldens } from "@octavo/testing";
import { trace } from "@octavo/graph";
import { BatchNorm2d, Conv2d, F, MaxPool2d, Module, ReLU } from "@octavo/nn";
import { add, cat, randn } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { fuseGraph } from "../src/index.ts";
import { structureOf } from "./torch-module.ts";

/** Nets of goldens/make/fx_graph.py whose fused graphs hold nothing that Octavo fuses and torch does not. */
class Residual extends Module<[x: Tensor], Tensor> {
  stem = new Conv2d(3, 8, 3, { stride: 2, padding: 1 });
  conv1 = new Conv2d(8, 8, 3, { padding: 1, bias: false });
  bn1 = new BatchNorm2d(8);
  relu = new ReLU();
  conv2 = new Conv2d(8, 8, 1, { bias: false });
  bn2 = new BatchNorm2d(8);

  override forward(x: Tensor): Tensor {
    const stem = this.stem(x);
    return this.relu(add(this.bn2(this.conv2(this.relu(this.bn1(this.conv1(stem))))), stem));
  }
}

class Cat extends Module<[x: Tensor], Tensor> {
  a = new Conv2d(4, 5, 1);
  b = new Conv2d(4, 7, 3, { padding: 1 });
  pool = new MaxPool2d(3, { stride: 1, padding: 1 });
  c = new Conv2d(16, 7, 1);

  override forward(x: Tensor): Tensor {
    return this.c(cat([F.relu(this.a(x)), this.b(x), this.pool(x)], { dim: 1 }));
  }
}

class Sub extends Module<[x: Tensor], Tensor> {
  conv = new Conv2d(6, 6, 3, { padding: 1 });
  relu = new ReLU();

  override forward(x: Tensor): Tensor {
    return this.relu(this.conv(x));
  }
}

class Holder extends Module<[x: Tensor], Tensor> {
  first = new Conv2d(3, 6, 1);
  sub = new Sub();
  last = new Conv2d(6, 6, 1);

  override forward(x: Tensor): Tensor {
    return this.last(this.sub(this.first(x)));
  }
}

interface FusedTable {
  nodes: { name: string; target: string; op: string }[];
  modules: Record<string, { class: string; members?: string[] }>;
}

const short = (name: string) => name.replace(/^\w+\./, "");
const group = goldens("fx");

describe.skipIf(group.absent)(group.title, () => {
  it.each([
    ["residual-relu", new Residual(), 3],
    ["cat", new Cat(), 4],
    ["preserved", new Holder(), 3],
  ] as const)("%s fuses to torch's graph", (name, model, channels) => {
    const [row] = group.select(`${name}/native/fbgemm`);
    const table = row.tables.fused as unknown as FusedTable;
    const traced = trace(model.eval(), randn([1, channels, 8, 8]));
    fuseGraph(traced);
    traced.lint();
    expect(traced.graph.nodes.map(String)).toEqual(table.nodes.map((node) => node.name));
    for (const [path, { class: type, members }] of Object.entries(table.modules)) {
      const expected = members ? `${short(type)}(${members.map(short).join(", ")})` : short(type);
      expect(structureOf(traced.getSubmodule(path))).toBe(expected);
    }
  });
});
