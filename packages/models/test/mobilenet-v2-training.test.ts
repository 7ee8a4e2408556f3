import { crossEntropy, tensor } from "@octavo/tensor";
import { torchName } from "@octavo/nn";
import { describe, expect, it } from "vitest";
import { tooSlow } from "./kernels.ts";
import { goldenImages, goldenNet, group } from "./mobilenet-v2-golden.ts";

describe.skipIf(group.absent || tooSlow)(
  `${group.title}, a training step of mobilenet_v2${tooSlow ?? ""}`,
  () => {
    it("has torch's loss, gradient norms and running statistics", () => {
      const [row] = group.select("train/mobilenet_v2");
      const net = goldenNet(row, { dropout: 0 }).train();
      const labels = tensor(row.args.labels as number[], [2], { dtype: "int32" });
      const loss = crossEntropy(net(goldenImages(row)), labels);
      loss.backward();
      expect(relative(loss.item(), row.number("loss"))).toBeLessThan(1e-4);

      const norms = new Map(
        [...net.namedParameters()].map(([path, { grad }]) => [
          torchName(path),
          Math.sqrt((grad!.toArray() as Float32Array).reduce((sum, v) => sum + v * v, 0)),
        ]),
      );
      const want = row.tables.gradient_norms as Record<string, number>;
      expect([...norms.keys()]).toEqual(Object.keys(want));
      // A bias before a batch norm has no effect: its gradient is rounding error, torch's too.
      const total = row.number("total_gradient_norm");
      const wrong = [...norms].filter(
        ([name, norm]) => relative(norm, want[name]) > 1e-3 && Math.abs(norm - want[name]) > 1e-6 * total,
      );
      expect(wrong.map(([name, norm]) => `${name}: ${norm}, torch ${want[name]}`)).toEqual([]);
      expect(relative(Math.hypot(...norms.values()), total)).toBeLessThan(1e-3);

      const state = net.stateDict();
      const statistics = row.tables.running_stats_mean_and_largest as Record<string, [number, number]>;
      for (const [name, [mean, largest]] of Object.entries(statistics)) {
        const values = Array.from(state.get(name)!.toArray() as Float32Array);
        const size = Math.max(Math.abs(mean), 1e-2 * largest);
        expect(Math.abs(values.reduce((a, b) => a + b) / values.length - mean), name).toBeLessThan(
          1e-3 * size,
        );
        expect(relative(Math.max(...values.map(Math.abs)), largest), name).toBeLessThan(1e-3);
      }
    });
  },
);

function relative(got: number, want: number): number {
  return Math.abs(got - want) / Math.abs(want);
}
