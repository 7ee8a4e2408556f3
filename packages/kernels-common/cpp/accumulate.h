#pragma once
#include "elementwise.h"

namespace octavo::OCTAVO_ISA {

/** y += alpha · x with the product rounded before the sum. */
void accumulate(Span<const float> x, Span<float> y, float alpha) {
  OCTAVO_EXPECT(x.length == y.length, "x and y of equal lengths");
  eachElement(x.length, [=](auto lanes, size_t i) {
    using V = decltype(lanes);
    (V::load(&y[i]) + V::broadcast(alpha) * V::load(&x[i])).store(&y[i]);
  });
}

}  // namespace octavo::OCTAVO_ISA
