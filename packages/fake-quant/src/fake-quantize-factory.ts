import type { ObserverFactory } from "@octavo/observers";
import { qschemes } from "@octavo/spec";
import { FakeQuantize } from "./fake-quantize.ts";

/** Makes quantizers of one kind: what a QConfig holds for activations and for weights. Frozen data. */
export interface FakeQuantizeFactory {
  readonly observer: ObserverFactory;
  /** False for calibration: the quantizer only watches. */
  readonly fakeQuantEnabled: boolean;
  create(): FakeQuantize;
  /** The same kind, with the channels of a per-channel scheme along this axis. */
  along(axis: number): FakeQuantizeFactory;
  /** Whether both make the same quantizers. */
  equals(other: FakeQuantizeFactory): boolean;
  toString(): string;
}

/**
 * A quantizer for training: `fakeQuantizeWith(MovingAverageMinMaxObserver.withArgs({ … }))`, torch's
 * `FakeQuantize.with_args`.
 */
export function fakeQuantizeWith(observer: ObserverFactory): FakeQuantizeFactory {
  return factory(observer, true);
}

/** A quantizer for calibration, which leaves values as they are. */
export function observeWith(observer: ObserverFactory): FakeQuantizeFactory {
  return factory(observer, false);
}

function factory(observer: ObserverFactory, fakeQuantEnabled: boolean): FakeQuantizeFactory {
  return Object.freeze({
    observer,
    fakeQuantEnabled,
    create: () => new FakeQuantize(observer, { fakeQuantEnabled }),
    along: (chAxis: number) => {
      const { perChannel } = qschemes[observer.create().qscheme];
      return factory(perChannel ? observer.with({ chAxis }) : observer, fakeQuantEnabled);
    },
    equals: (other: FakeQuantizeFactory) =>
      fakeQuantEnabled === other.fakeQuantEnabled && observer.equals(other.observer),
    toString: () => (fakeQuantEnabled ? `FakeQuantize(${observer})` : String(observer)),
  });
}
