import { disableObserver, freezeBnStats } from "octavo";
import type { Module } from "octavo";

/**
 * What changes in a QAT model while it trains: near the end the batch norms keep their statistics and the quantizers their
 * ranges, so that the last steps adapt the weights to what convert will take. Called with the share that is done.
 */
export function qatSchedule(model: Module): (done: number) => void {
  const changes = [
    { from: 0.5, change: freezeBnStats },
    { from: 0.75, change: disableObserver },
  ];
  return (done) => {
    while (changes.length > 0 && done >= changes[0].from) model.apply(changes.shift()!.change);
  };
}
