import { Conv2d, Sequential } from "@octavo/nn";
import { getDefaultQatQConfig, getDefaultQConfig, QuantWrapper } from "@octavo/qat";
import { noGrad, randn } from "@octavo/tensor";
import { describe, expect, it } from "vitest";
import { quantize, quantizeQat } from "../src/index.ts";

const model = () => new QuantWrapper(new Sequential(new Conv2d(3, 4, 1)));
const x = randn([2, 3, 4, 4]);

describe("quantize", () => {
  it("takes a function with any result, awaits it, and leaves the model alone", async () => {
    const float = model();
    const int8 = await quantize(float, (prepared) => prepared(x), { qconfig: getDefaultQConfig() });
    expect(String(int8)).toContain("QuantizedConv2d");
    expect(float.training).toBe(true);
    let calibrated = false;
    const calibrate = async (prepared: typeof float) => {
      await Promise.resolve();
      expect(prepared.training).toBe(false);
      noGrad(() => prepared(x));
      calibrated = true;
      return 3;
    };
    await quantize(float, calibrate, { qconfig: getDefaultQConfig() });
    expect(calibrated).toBe(true);
  });

  it("does the same after training", async () => {
    const int8 = await quantizeQat(model(), (prepared) => prepared(x), { qconfig: getDefaultQatQConfig() });
    expect(String(int8)).toContain("QuantizedConv2d");
  });

  it("says what calibrate and train are", async () => {
    await expect(quantize(model(), [x] as never, { qconfig: getDefaultQConfig() })).rejects.toThrow(
      "quantize of QuantWrapper: expected calibrate: a function of the prepared model, got a list.\nFor example (prepared) =>",
    );
    await expect(quantizeQat(model(), undefined as never)).rejects.toThrow(
      "quantizeQat of QuantWrapper: expected train: a function of the prepared model, got undefined.",
    );
  });

  it.each([
    [getDefaultQConfig(), "options inplace, qconfig, got a QConfig.\nThe qconfig is an option"],
    [{ qConfig: getDefaultQConfig() }, "options inplace, qconfig, got qConfig."],
    [null, "options inplace, qconfig, got null."],
    [{ qconfig: "fbgemm" }, 'a QConfig, or null for float, got "fbgemm".'],
  ])("checks its options as prepare does, and is to blame itself: %s", async (options, message) => {
    const nothing = () => {};
    await expect(quantize(model(), nothing, options as never)).rejects.toThrow(
      `quantize of QuantWrapper: expected ${message}`,
    );
    await expect(quantizeQat(model(), nothing, options as never)).rejects.toThrow(
      `quantizeQat of QuantWrapper: expected ${message}`,
    );
  });
});
