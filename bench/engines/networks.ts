import { MnistNet, MobileNetV2, resnet18, resnet20, resnet50 } from "octavo";
import type { Module, Tensor } from "octavo";

export interface Network {
  build(): Module<[Tensor], Tensor>;
  /** (channels, height, width) of an image. */
  readonly image: readonly [number, number, number];
  readonly classes: number;
}

export const networks: Readonly<Record<string, Network>> = {
  "mobilenet-v2": { build: () => new MobileNetV2(), image: [3, 224, 224], classes: 1000 },
  "resnet-18": { build: () => resnet18(), image: [3, 224, 224], classes: 1000 },
  "resnet-50": { build: () => resnet50(), image: [3, 224, 224], classes: 1000 },
  "mnist-net": { build: () => new MnistNet(), image: [1, 28, 28], classes: 10 },
  "resnet-20": { build: () => resnet20(), image: [3, 32, 32], classes: 10 },
};
