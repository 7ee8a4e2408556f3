#pragma once
#include "binary.h"
#include "elementwise.h"
#include "transcendental.h"

// One step for one parameter, in place; each operation rounded to float32, in the order of torch's single-tensor code.
// Factors that do not depend on the element are computed in float64 and rounded once.
namespace octavo::OCTAVO_ISA {

/** torch.optim.SGD: g += weightDecay p; b = momentum b + (1 − dampening) g; p −= lr (nesterov ? g + momentum b : b) */
void sgdStep(Span<float> parameter, Span<const float> gradient, OptionalSpan<float> momentumBuffer, float learningRate,
             float momentum, double dampening, float weightDecay, int32_t nesterov, int32_t first) {
  OCTAVO_EXPECT(gradient.length >= parameter.length, "a gradient as long as the parameter");
  OCTAVO_EXPECT(!momentumBuffer || momentumBuffer.length >= parameter.length, "a momentum buffer as long as the parameter");
  const float take = static_cast<float>(1 - dampening);
  eachElement(parameter.length, [=](auto lanes, size_t i) {
    using V = decltype(lanes);
    const V p = V::load(&parameter[i]);
    V step = V::load(&gradient[i]);
    if (weightDecay != 0) step = step + V::broadcast(weightDecay) * p;
    if (momentumBuffer) {
      const V keepOld = V::broadcast(momentum);
      const V kept = first ? step : keepOld * V::load(&momentumBuffer[i]) + V::broadcast(take) * step;
      kept.store(&momentumBuffer[i]);
      step = nesterov ? step + keepOld * kept : kept;
    }
    (p - V::broadcast(learningRate) * step).store(&parameter[i]);
  });
}

/**
 * torch.optim.Adam (Kingma & Ba 2015) and AdamW (Loshchilov & Hutter 2019), with a = average, v = averageSquare:
 * a += (1 − β1)(g − a); v = β2 v + (1 − β2) g²; p −= lr / (1 − β1ᵗ) · a / (√v / √(1 − β2ᵗ) + eps)
 */
void adamStep(Span<float> parameter, Span<const float> gradient, Span<float> average, Span<float> averageSquare,
              OptionalSpan<float> maxSquare, double learningRate, double beta1, double beta2, float eps,
              double weightDecay, int32_t decoupled, double step) {
  const size_t count = parameter.length;
  OCTAVO_EXPECT(gradient.length >= count && average.length >= count && averageSquare.length >= count,
                "a gradient and averages as long as the parameter");
  OCTAVO_EXPECT(!maxSquare || maxSquare.length >= count, "a maxSquare as long as the parameter");
  const float take = float(1 - beta1), keepSquare = float(beta2), takeSquare = float(1 - beta2);
  const float stepSize = float(learningRate / (1 - power(beta1, step)));
  const float correction = float(__builtin_sqrt(1 - power(beta2, step)));
  const float shrink = float(1 - learningRate * weightDecay), decay = float(weightDecay);
  eachElement(count, [=](auto lanes, size_t i) {
    using V = decltype(lanes);
    V p = V::load(&parameter[i]), g = V::load(&gradient[i]);
    if (weightDecay != 0 && decoupled) p = p * V::broadcast(shrink);
    if (weightDecay != 0 && !decoupled) g = g + V::broadcast(decay) * p;
    V a = V::load(&average[i]), v = V::load(&averageSquare[i]);
    a = a + V::broadcast(take) * (g - a);
    v = V::broadcast(keepSquare) * v + V::broadcast(takeSquare) * (g * g);
    a.store(&average[i]);
    v.store(&averageSquare[i]);
    if (maxSquare) {
      v = Maximum::of(V::load(&maxSquare[i]), v);
      v.store(&maxSquare[i]);
    }
    const V denominator = squareRoot(v) / V::broadcast(correction) + V::broadcast(eps);
    (p - V::broadcast(stepSize) * (a / denominator)).store(&parameter[i]);
  });
}

}  // namespace octavo::OCTAVO_ISA
