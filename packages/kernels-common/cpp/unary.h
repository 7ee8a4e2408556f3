#pragma once
#include <concepts>

#include "blocking.h"
#include "elementwise.h"
#include "unary-rules.h"

namespace octavo::OCTAVO_ISA {

/** Elements per piece of a loop in float64 through exponentials. */
constexpr size_t doubleGrain = 2048;
/** Elements whose results are kept before they are written, so that compilers vectorise although y may be x. */
constexpr size_t batchSize = 64;

/** target[i] = function(i), rounded, over [0, count), in parallel. */
template <typename Function>
inline void eachInDouble(float* target, size_t count, const Function& function) {
  parallelFor(count, doubleGrain, [&](size_t begin, size_t end) {
    for (size_t start = begin; start < end; start += batchSize) {
      const size_t size = smallest(batchSize, end - start);
      float results[batchSize];
      for (size_t i = 0; i < size; ++i) results[i] = static_cast<float>(function(start + i));
      for (size_t i = 0; i < size; ++i) target[start + i] = results[i];
    }
  });
}

template <typename Rule>
concept ForwardInFloat = requires(Vector v) { { Rule::forward(v, v, v) } -> std::same_as<Vector>; };
template <typename Rule>
concept GradientInFloat = requires(Vector v) { { Rule::gradient(v, v, v, v, v) } -> std::same_as<Vector>; };

template <typename Rule>
void unaryWith(Span<const float> x, Span<float> y, float alpha, float beta) {
  if constexpr (ForwardInFloat<Rule>) {
    eachElement(y.length, [=](auto lanes, size_t i) {
      using V = decltype(lanes);
      Rule::forward(V::load(&x[i]), V::broadcast(alpha), V::broadcast(beta)).store(&y[i]);
    });
  } else {
    eachInDouble(y.data, y.length, [=](size_t i) { return Rule::forward(x[i], alpha, beta); });
  }
}

template <typename Rule>
void unaryGradientWith(Span<const float> x, Span<const float> y, Span<const float> dy, Span<float> dx, float alpha, float beta) {
  if constexpr (GradientInFloat<Rule>) {
    eachElement(dx.length, [=](auto lanes, size_t i) {
      using V = decltype(lanes);
      Rule::gradient(V::load(&x[i]), V::load(&y[i]), V::load(&dy[i]), V::broadcast(alpha), V::broadcast(beta)).store(&dx[i]);
    });
  } else {
    eachInDouble(dx.data, dx.length, [=](size_t i) { return Rule::gradient(x[i], y[i], dy[i], alpha, beta); });
  }
}

template <typename... Rules>
constexpr auto forwardTable(RuleList<Rules...>) {
  struct Table { void (*entries[sizeof...(Rules)])(Span<const float>, Span<float>, float, float); };
  return Table{{&unaryWith<Rules>...}};
}

template <typename... Rules>
constexpr auto gradientTable(RuleList<Rules...>) {
  using Function = void (*)(Span<const float>, Span<const float>, Span<const float>, Span<float>, float, float);
  struct Table { Function entries[sizeof...(Rules)]; };
  return Table{{&unaryGradientWith<Rules>...}};
}

constexpr auto unaryForward = forwardTable(UnaryRules{});
constexpr auto unaryBackward = gradientTable(UnaryRules{});
constexpr int32_t unaryCount = sizeof(unaryForward.entries) / sizeof(unaryForward.entries[0]);
static_assert(unaryCount == static_cast<int32_t>(UnaryOp::affine) + 1);

void unary(UnaryOp code, Span<const float> x, Span<float> y, float alpha, float beta) {
  const auto op = static_cast<int32_t>(code);
  OCTAVO_EXPECT(op >= 0 && op < unaryCount, "a code of UnaryOp");
  OCTAVO_EXPECT(x.length == y.length, "x and y of equal lengths");
  unaryForward.entries[op](x, y, alpha, beta);
}

void unaryGradient(UnaryOp code, Span<const float> x, Span<const float> y, Span<const float> dy, Span<float> dx,
                   float alpha, float beta) {
  const auto op = static_cast<int32_t>(code);
  OCTAVO_EXPECT(op >= 0 && op < unaryCount, "a code of UnaryOp");
  OCTAVO_EXPECT(x.length == dx.length && y.length == dx.length && dy.length == dx.length, "x, y, dy and dx of equal lengths");
  unaryBackward.entries[op](x, y, dy, dx, alpha, beta);
}

}  // namespace octavo::OCTAVO_ISA
