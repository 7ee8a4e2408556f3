#pragma once
#include <cstdint>

// Operator codes, in the order of packages/spec/src/kernels/operators.ts (a test compares the two).
namespace octavo {

enum class UnaryOp : int32_t {
  relu, clamp, leakyRelu, elu, selu, celu, gelu, geluTanh, silu, mish, hardswish, hardsigmoid, sigmoid, tanh,
  logSigmoid, softplus, softsign, abs, neg, square, round, sign, floor, exp, log, sqrt, rsqrt, reciprocal, affine,
};

enum class BinaryOp : int32_t { add, sub, mul, div, maximum, minimum, pow };

enum class ReduceOp : int32_t { sum, mean, max, min, prod };

}  // namespace octavo
