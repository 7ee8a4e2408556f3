#pragma once
#include "operators.h"
#include "transcendental.h"
#include "vector-scalar.h"

// One function of one value and its derivative, as packages/backend/src/reference/unary. A form written for any vector
// type V rounds each operation to float32; one written for double rounds once, at the end.
namespace octavo::OCTAVO_ISA {

#define FORWARD template <typename V> static V forward([[maybe_unused]] V x, [[maybe_unused]] V alpha, [[maybe_unused]] V beta)
#define GRADIENT                                                                                                    \
  template <typename V>                                                                                             \
  static V gradient([[maybe_unused]] V x, [[maybe_unused]] V y, [[maybe_unused]] V dy, [[maybe_unused]] V alpha, \
                    [[maybe_unused]] V beta)
#define FORWARD_DOUBLE \
  static double forward(double x, [[maybe_unused]] double alpha, [[maybe_unused]] double beta)
#define GRADIENT_DOUBLE                                                                                    \
  static double gradient([[maybe_unused]] double x, [[maybe_unused]] double y, double dy,                  \
                         [[maybe_unused]] double alpha, [[maybe_unused]] double beta)

template <typename V> V constant(float x) { return V::broadcast(x); }

struct Relu {
  FORWARD { return larger(constant<V>(0), x); }
  GRADIENT { return select(x <= constant<V>(0), constant<V>(0), dy); }
};
struct Clamp {
  FORWARD { return smaller(beta, larger(alpha, x)); }
  GRADIENT { return select((x <= alpha) | (x >= beta), constant<V>(0), dy); }
};
struct LeakyRelu {
  FORWARD { return select(x > constant<V>(0), x, alpha * x); }
  GRADIENT { return select(x > constant<V>(0), dy, alpha * dy); }
};
struct Elu {
  FORWARD_DOUBLE { return x > 0 ? x : alpha * exponentialMinusOne(x); }
  GRADIENT_DOUBLE { return x > 0 ? dy : dy * alpha * exponential(x); }
};
/** Klambauer et al. 2017; the digits are torch's. */
struct Selu {
  static constexpr double innerScale = 1.6732632423543772848170429916717, outerScale = 1.0507009873554804934193349852946;
  FORWARD_DOUBLE { return outerScale * (x > 0 ? x : innerScale * exponentialMinusOne(x)); }
  GRADIENT_DOUBLE { return dy * outerScale * (x > 0 ? 1.0 : innerScale * exponential(x)); }
};
struct Celu {
  FORWARD_DOUBLE { return x > 0 ? x : alpha * exponentialMinusOne(x / alpha); }
  GRADIENT_DOUBLE { return x > 0 ? dy : dy * exponential(x / alpha); }
};
struct Gelu {
  static constexpr double rootHalf = 0x1.6a09e667f3bcdp-1, density = 0x1.9884533d43651p-2;
  FORWARD_DOUBLE { return x * 0.5 * complementaryError(-x * rootHalf); }
  GRADIENT_DOUBLE {
    return dy * (0.5 * complementaryError(-x * rootHalf) + x * density * exponential(-0.5 * x * x));
  }
};
struct GeluTanh {
  static constexpr double scale = 0x1.9884533d43651p-1, cubic = 0.044715;
  FORWARD_DOUBLE { return 0.5 * x * (1 + hyperbolicTangent(scale * (x + cubic * x * x * x))); }
  GRADIENT_DOUBLE {
    const double t = hyperbolicTangent(scale * (x + cubic * x * x * x));
    const double slope = scale * (1 + 3 * cubic * x * x);
    return dy * 0.5 * (1 + t + x * (1 - t * t) * slope);
  }
};
struct Silu {
  FORWARD_DOUBLE { return x / (1 + exponential(-x)); }
  GRADIENT_DOUBLE {
    const double s = sigmoid(x);
    return dy * s * (1 + x * (1 - s));
  }
};
struct Mish {
  FORWARD_DOUBLE { return x * hyperbolicTangent(softplus(x)); }
  GRADIENT_DOUBLE {
    const double t = hyperbolicTangent(softplus(x));
    return dy * (t + x * sigmoid(x) * (1 - t * t));
  }
};
template <typename V> V clampToSix(V x) { return smaller(constant<V>(6), larger(constant<V>(0), x)); }
struct Hardswish {
  FORWARD { return x * clampToSix(x + constant<V>(3)) / constant<V>(6); }
  GRADIENT {
    const V inside = dy * (x / constant<V>(3) + constant<V>(0.5f));
    return select(x <= constant<V>(-3), constant<V>(0), select(x >= constant<V>(3), dy, inside));
  }
};
struct Hardsigmoid {
  FORWARD { return clampToSix(x + constant<V>(3)) / constant<V>(6); }
  GRADIENT {
    return select((x <= constant<V>(-3)) | (x >= constant<V>(3)), constant<V>(0), dy * constant<V>(1.0f / 6));
  }
};
struct Sigmoid {
  FORWARD_DOUBLE { return sigmoid(x); }
  GRADIENT_DOUBLE { return dy * y * (1 - y); }
};
struct Tanh {
  FORWARD_DOUBLE { return hyperbolicTangent(x); }
  GRADIENT_DOUBLE { return dy * (1 - y * y); }
};
struct LogSigmoid {
  FORWARD_DOUBLE { return (x < 0 ? x : x != x ? x : 0.0) - logarithmOnePlus(exponential(-__builtin_fabs(x))); }
  GRADIENT_DOUBLE { return dy / (1 + exponential(x)); }
};
struct Softplus {
  FORWARD_DOUBLE {
    const double scaled = alpha * x;
    return scaled > beta ? x : softplus(scaled) / alpha;
  }
  GRADIENT_DOUBLE {
    const double scaled = alpha * x;
    return scaled > beta ? dy : dy / (1 + exponential(-scaled));
  }
};
struct Softsign {
  FORWARD { return x / (constant<V>(1) + absolute(x)); }
  GRADIENT {
    const V denominator = constant<V>(1) + absolute(x);
    return dy / (denominator * denominator);
  }
};
/** −1, 0 or 1; zeros and NaN stay. */
template <typename V> V signOf(V x) {
  return select(x > constant<V>(0), constant<V>(1), select(x < constant<V>(0), constant<V>(-1), x));
}
struct Abs {
  FORWARD { return absolute(x); }
  GRADIENT { return dy * signOf(x); }
};
struct Neg {
  FORWARD { return negate(x); }
  GRADIENT { return negate(dy); }
};
struct Square {
  FORWARD { return x * x; }
  GRADIENT { return dy * (constant<V>(2) * x); }
};
struct Steps {
  /** Constant between steps; the derivative is 0, as in torch. */
  GRADIENT { return constant<V>(0); }
};
struct Round : Steps {
  FORWARD { return roundEven(x); }
};
struct Sign : Steps {
  FORWARD { return signOf(x); }
};
struct Floor : Steps {
  FORWARD { return floor(x); }
};
struct Exp {
  FORWARD_DOUBLE { return exponential(x); }
  GRADIENT { return dy * y; }
};
struct Log {
  FORWARD_DOUBLE { return logarithm(x); }
  GRADIENT { return dy / x; }
};
struct Sqrt {
  FORWARD { return squareRoot(x); }
  GRADIENT { return dy / (constant<V>(2) * y); }
};
struct Rsqrt {
  FORWARD { return constant<V>(1) / squareRoot(x); }
  GRADIENT { return constant<V>(-0.5f) * dy * (y * y * y); }
};
struct Reciprocal {
  FORWARD { return constant<V>(1) / x; }
  GRADIENT { return negate(dy) * (y * y); }
};
struct Affine {
  FORWARD { return alpha * x + beta; }
  GRADIENT { return alpha * dy; }
};

#undef FORWARD
#undef GRADIENT
#undef FORWARD_DOUBLE
#undef GRADIENT_DOUBLE

template <typename... Rules> struct RuleList {};

/** In the order of `UnaryOp`. */
using UnaryRules =
    RuleList<Relu, Clamp, LeakyRelu, Elu, Selu, Celu, Gelu, GeluTanh, Silu, Mish, Hardswish, Hardsigmoid, Sigmoid, Tanh,
             LogSigmoid, Softplus, Softsign, Abs, Neg, Square, Round, Sign, Floor, Exp, Log, Sqrt, Rsqrt, Reciprocal, Affine>;

}  // namespace octavo::OCTAVO_ISA
