export { fakeQuantizeWith, observeWith } from "./fake-quantize-factory.ts";
export type { FakeQuantizeFactory } from "./fake-quantize-factory.ts";
export { FakeQuantize } from "./fake-quantize.ts";
export type { FakeQuantizeOptions } from "./fake-quantize.ts";
export { disableFakeQuant, disableObserver, enableFakeQuant, enableObserver } from "./switches.ts";
