import { describe, expect, it } from "vitest";
import * as nn from "@octavo/nn";

describe("modules print as torch's", () => {
  it.each([
    [
      () => new nn.Conv2d(3, 16, 3, { padding: 1, bias: false }),
      "Conv2d(3, 16, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1), bias=False)",
    ],
    [
      () => new nn.Conv2d(4, 8, [3, 5], { padding: "same", dilation: 2, groups: 4, paddingMode: "reflect" }),
      "Conv2d(4, 8, kernel_size=(3, 5), stride=(1, 1), padding=same, dilation=(2, 2), groups=4, padding_mode=reflect)",
    ],
    [() => new nn.Conv1d(3, 4, 3, { stride: 2 }), "Conv1d(3, 4, kernel_size=(3,), stride=(2,))"],
    [
      () => new nn.ConvTranspose2d(4, 2, 3, { stride: 2, padding: 1, outputPadding: 1 }),
      "ConvTranspose2d(4, 2, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1), output_padding=(1, 1))",
    ],
    [
      () => new nn.BatchNorm2d(16, { momentum: null }),
      "BatchNorm2d(16, eps=1e-05, momentum=None, affine=True, bias=True, track_running_stats=True)",
    ],
    [() => new nn.Linear(3, 4, { bias: false }), "Linear(in_features=3, out_features=4, bias=False)"],
    [
      () => new nn.MaxPool2d(3, { stride: 2 }),
      "MaxPool2d(kernel_size=3, stride=2, padding=0, dilation=1, ceil_mode=False)",
    ],
    [() => new nn.AvgPool1d(2), "AvgPool1d(kernel_size=(2,), stride=(2,), padding=(0,))"],
    [() => new nn.AvgPool2d([2, 1]), "AvgPool2d(kernel_size=(2, 1), stride=(2, 1), padding=0)"],
    [() => new nn.AdaptiveAvgPool2d([1, null]), "AdaptiveAvgPool2d(output_size=(1, None))"],
    [() => new nn.Dropout(0.2), "Dropout(p=0.2, inplace=False)"],
    [() => new nn.LeakyReLU(), "LeakyReLU(negative_slope=0.01)"],
    [() => new nn.Hardtanh(), "Hardtanh(min_val=-1.0, max_val=1.0)"],
    [() => new nn.Softplus(), "Softplus(beta=1.0, threshold=20.0)"],
    [() => new nn.GELU(), "GELU(approximate='none')"],
    [() => new nn.Flatten(), "Flatten(start_dim=1, end_dim=-1)"],
    [() => new nn.Embedding(6, 5, { paddingIdx: -2 }), "Embedding(6, 5, padding_idx=4)"],
    [() => new nn.CrossEntropyLoss(), "CrossEntropyLoss()"],
    [
      () => new nn.Sequential({ conv: new nn.Conv1d(1, 1, 1), act: new nn.Sequential(new nn.ReLU()) }),
      "Sequential(\n  (conv): Conv1d(1, 1, kernel_size=(1,), stride=(1,))\n  (act): Sequential(\n    (0): ReLU()\n  )\n)",
    ],
  ])("%#", (make, text) => expect(String(make())).toBe(text));
});
