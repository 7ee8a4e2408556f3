#pragma once
#include "elementwise.h"
#include "operators.h"
#include "transcendental.h"
#include "vector-scalar.h"

namespace octavo::OCTAVO_ISA {

template <typename V> V zero() { return V::broadcast(0); }

// One float32 operation each; maximum and minimum propagate NaN, as torch's, and 0 is larger than −0.
struct Add {
  template <typename V> static V of(V a, V b) { return a + b; }
};
struct Sub {
  template <typename V> static V of(V a, V b) { return a - b; }
};
struct Mul {
  template <typename V> static V of(V a, V b) { return a * b; }
};
struct Div {
  template <typename V> static V of(V a, V b) { return a / b; }
};
struct Maximum {
  template <typename V> static V of(V a, V b) {
    const V numbers = select((a == zero<V>()) & (b == zero<V>()), a + b, larger(a, b));
    return select(isNaN(a), a, numbers);
  }
};
struct Minimum {
  template <typename V> static V of(V a, V b) {
    const V zeros = negate(negate(a) + negate(b));
    const V numbers = select((a == zero<V>()) & (b == zero<V>()), zeros, smaller(a, b));
    return select(isNaN(a), a, numbers);
  }
};

/** A broadcast with adjacent axes joined where both inputs allow it: the last axis is as long as it can be. */
struct JoinedAxes {
  int32_t rank = 0;
  size_t sizes[maxRank + 1], aStrides[maxRank + 1], bStrides[maxRank + 1];

  explicit JoinedAxes(const Broadcast& shape) {
    for (int32_t i = 0; i < shape.rank; ++i) add(shape.sizes[i], shape.aStrides[i], shape.bStrides[i]);
    if (rank == 0) add(1, 0, 0, true);
  }
  /** Elements of the output. */
  size_t elements() const {
    size_t product = 1;
    for (int32_t i = 0; i < rank; ++i) product *= sizes[i];
    return product;
  }
  /** Elements that an input must have at least. */
  size_t reach(const size_t* strides) const {
    size_t last = 0;
    for (int32_t i = 0; i < rank; ++i) last += (sizes[i] - 1) * strides[i];
    return last + 1;
  }

 private:
  void add(int32_t size, int32_t aStride, int32_t bStride, bool evenIfOne = false) {
    if (size == 1 && !evenIfOne) return;
    const size_t n = size_t(size), a = size_t(aStride), b = size_t(bStride);
    if (rank > 0 && aStrides[rank - 1] == a * n && bStrides[rank - 1] == b * n) {
      sizes[rank - 1] *= n;
    } else {
      sizes[rank++] = n;
    }
    aStrides[rank - 1] = a;
    bStrides[rank - 1] = b;
  }
};

/** One line along the last axis; steps of 0 and 1 go by vectors. */
template <typename Operator>
inline void binaryLine(const float* a, size_t aStep, const float* b, size_t bStep, float* y, size_t count) {
  if constexpr (requires { Operator::of(Scalar{}, Scalar{}); }) {
    if (aStep <= 1 && bStep <= 1) {
      return eachVector(0, count, [&](auto lanes, size_t i) {
        using V = decltype(lanes);
        const V left = aStep ? V::load(a + i) : V::broadcast(*a);
        const V right = bStep ? V::load(b + i) : V::broadcast(*b);
        Operator::of(left, right).store(y + i);
      });
    }
    for (size_t i = 0; i < count; ++i) y[i] = Operator::of(Scalar{a[i * aStep]}, Scalar{b[i * bStep]}).v;
  } else {
    for (size_t i = 0; i < count; ++i) y[i] = Operator::of(a[i * aStep], b[i * bStep]);
  }
}

struct Pow {
  static float of(float a, float b) { return static_cast<float>(power(a, b)); }
};

template <typename Operator>
void binaryWith(const float* a, const float* b, float* y, const JoinedAxes& axes) {
  const int32_t last = axes.rank - 1;
  const size_t count = axes.sizes[last], aStep = axes.aStrides[last], bStep = axes.bStrides[last];
  if (last == 0) {
    return parallelFor(count, elementGrain, [&](size_t begin, size_t end) {
      binaryLine<Operator>(a + begin * aStep, aStep, b + begin * bStep, bStep, y + begin, end - begin);
    });
  }
  parallelFor(axes.elements() / count, 1 + elementGrain / count, [&](size_t first, size_t end) {
    for (size_t line = first; line < end; ++line) {
      size_t rest = line, aStart = 0, bStart = 0;
      for (int32_t axis = last - 1; axis >= 0; --axis) {
        const size_t at = rest % axes.sizes[axis];
        rest /= axes.sizes[axis];
        aStart += at * axes.aStrides[axis];
        bStart += at * axes.bStrides[axis];
      }
      binaryLine<Operator>(a + aStart, aStep, b + bStart, bStep, y + line * count, count);
    }
  });
}

/** In the order of `BinaryOp`. */
constexpr void (*binaryOperators[])(const float*, const float*, float*, const JoinedAxes&) = {
    binaryWith<Add>, binaryWith<Sub>, binaryWith<Mul>, binaryWith<Div>, binaryWith<Maximum>, binaryWith<Minimum>, binaryWith<Pow>,
};
constexpr int32_t binaryCount = sizeof(binaryOperators) / sizeof(binaryOperators[0]);
static_assert(binaryCount == static_cast<int32_t>(BinaryOp::pow) + 1);

void binary(BinaryOp code, Span<const float> a, Span<const float> b, Span<float> y, Broadcast shape) {
  const auto op = static_cast<int32_t>(code);
  OCTAVO_EXPECT(op >= 0 && op < binaryCount, "a code of BinaryOp");
  for (int32_t i = 0; i < shape.rank; ++i) {
    OCTAVO_EXPECT(shape.aStrides[i] >= 0 && shape.bStrides[i] >= 0, "strides of at least 0");
    if (shape.sizes[i] == 0) return;
  }
  const JoinedAxes axes(shape);
  OCTAVO_EXPECT(y.length >= axes.elements(), "y with an element for each of the shape's");
  OCTAVO_EXPECT(a.length >= axes.reach(axes.aStrides) && b.length >= axes.reach(axes.bStrides),
                "a and b as long as their strides reach");
  binaryOperators[op](a.data, b.data, y.data, axes);
}

}  // namespace octavo::OCTAVO_ISA
