import type { Kernels } from "@octavo/spec";

const { fround } = Math;

/**
 * One step for one parameter, in place; every operation rounded to float32 in the order of torch's single-tensor code.
 * Factors that do not depend on the element are computed in float64 and rounded once.
 */
export const optimizerKernels = {
  // torch.optim.SGD: g += weightDecay p; b = momentum b + (1 − dampening) g; p −= lr (nesterov ? g + momentum b : b)
  sgdStep(
    parameter,
    gradient,
    momentumBuffer,
    learningRate,
    momentum,
    dampening,
    weightDecay,
    nesterov,
    first,
  ) {
    const [rate, keep, decay] = [fround(learningRate), fround(momentum), fround(weightDecay)];
    const take = fround(1 - dampening);
    for (let i = 0; i < parameter.length; i++) {
      let step = decay === 0 ? gradient[i] : fround(gradient[i] + fround(decay * parameter[i]));
      if (momentumBuffer) {
        const kept = first ? step : fround(fround(keep * momentumBuffer[i]) + fround(take * step));
        momentumBuffer[i] = kept;
        step = nesterov ? fround(step + fround(keep * kept)) : kept;
      }
      parameter[i] -= fround(rate * step);
    }
  },

  // torch.optim.Adam (Kingma & Ba 2015) and AdamW (Loshchilov & Hutter 2019), with a = average, v = averageSquare:
  // a += (1 − β1)(g − a); v = β2 v + (1 − β2) g²; p −= lr / (1 − β1ᵗ) · a / (√v / √(1 − β2ᵗ) + eps)
  adamStep(
    parameter,
    gradient,
    average,
    averageSquare,
    maxSquare,
    learningRate,
    beta1,
    beta2,
    eps,
    weightDecay,
    decoupled,
    step,
  ) {
    const [take, keepSquare, takeSquare] = [fround(1 - beta1), fround(beta2), fround(1 - beta2)];
    const stepSize = fround(learningRate / (1 - beta1 ** step));
    const correction = fround(Math.sqrt(1 - beta2 ** step));
    const [shrink, decay, floor] = [fround(1 - learningRate * weightDecay), fround(weightDecay), fround(eps)];
    for (let i = 0; i < parameter.length; i++) {
      let g = gradient[i];
      if (weightDecay !== 0) {
        if (decoupled) parameter[i] *= shrink;
        else g = fround(g + fround(decay * parameter[i]));
      }
      average[i] += fround(take * fround(g - average[i]));
      averageSquare[i] = fround(keepSquare * averageSquare[i]) + fround(takeSquare * fround(g * g));
      if (maxSquare) maxSquare[i] = Math.max(maxSquare[i], averageSquare[i]);
      const square = maxSquare ? maxSquare[i] : averageSquare[i];
      const denominator = fround(fround(fround(Math.sqrt(square)) / correction) + floor);
      parameter[i] -= fround(stepSize * fround(average[i] / denominator));
    }
  },
} satisfies Partial<Kernels>;
