#pragma once
#include "unary-rules.h"

namespace octavo::OCTAVO_ISA {

/** A clamp of what is stored, bit for bit the kernel `unary`'s. A bound that is NaN is none. */
struct ClampEpilogue {
  float low = -__builtin_inff(), high = __builtin_inff();
  template <typename V> V apply(V value) const {
    return Clamp::forward(value, V::broadcast(low), V::broadcast(high));
  }
  template <typename V> V gradient(V value, V gradient) const {
    return Clamp::gradient(value, value, gradient, V::broadcast(low), V::broadcast(high));
  }
  bool isNone() const { return !(low > -__builtin_inff()) && !(high < __builtin_inff()); }
};

}  // namespace octavo::OCTAVO_ISA
