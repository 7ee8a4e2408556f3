import { withDefaults } from "@octavo/spec";
import {
  celu,
  elu,
  gelu,
  hardsigmoid,
  hardswish,
  hardtanh,
  leakyRelu,
  logSigmoid,
  logSoftmax,
  mish,
  relu,
  relu6,
  selu,
  sigmoid,
  silu,
  softmax,
  softplus,
  softsign,
  tanh,
} from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { pythonFloat, pythonValue } from "../internal/python-text.ts";
import { requireAxis } from "../internal/require-axis.ts";
import { requireNumber } from "../internal/require-number.ts";
import { Module } from "../module.ts";

/** A function of each element. */
abstract class Activation extends Module<[x: Tensor], Tensor> {}

/** max(x, 0) */
export class ReLU extends Activation {
  override forward(x: Tensor): Tensor {
    return relu(x);
  }
}

/** min(max(x, 0), 6) */
export class ReLU6 extends Activation {
  override forward(x: Tensor): Tensor {
    return relu6(x);
  }
}

/** Self-normalising exponential unit (Klambauer et al. 2017). */
export class SELU extends Activation {
  override forward(x: Tensor): Tensor {
    return selu(x);
  }
}

/** x σ(x), also called swish. */
export class SiLU extends Activation {
  override forward(x: Tensor): Tensor {
    return silu(x);
  }
}

/** x tanh(softplus(x)) */
export class Mish extends Activation {
  override forward(x: Tensor): Tensor {
    return mish(x);
  }
}

/** x min(max(x + 3, 0), 6) / 6 */
export class Hardswish extends Activation {
  override forward(x: Tensor): Tensor {
    return hardswish(x);
  }
}

/** min(max(x + 3, 0), 6) / 6 */
export class Hardsigmoid extends Activation {
  override forward(x: Tensor): Tensor {
    return hardsigmoid(x);
  }
}

/** 1 / (1 + e⁻ˣ) */
export class Sigmoid extends Activation {
  override forward(x: Tensor): Tensor {
    return sigmoid(x);
  }
}

/** Hyperbolic tangent. */
export class Tanh extends Activation {
  override forward(x: Tensor): Tensor {
    return tanh(x);
  }
}

/** log σ(x) */
export class LogSigmoid extends Activation {
  override forward(x: Tensor): Tensor {
    return logSigmoid(x);
  }
}

/** x / (1 + |x|) */
export class Softsign extends Activation {
  override forward(x: Tensor): Tensor {
    return softsign(x);
  }
}

/** x > 0 ? x : negativeSlope · x */
export class LeakyReLU extends Activation {
  readonly negativeSlope: number;

  constructor(negativeSlope = 0.01) {
    super();
    this.negativeSlope = requireNumber(negativeSlope, "LeakyReLU", "negativeSlope");
  }

  override forward(x: Tensor): Tensor {
    return leakyRelu(x, { negativeSlope: this.negativeSlope });
  }

  override extraRepr(): string {
    return `negative_slope=${pythonFloat(this.negativeSlope)}`;
  }
}

/** x > 0 ? x : alpha (eˣ − 1) */
export class ELU extends Activation {
  readonly alpha: number;

  constructor(alpha = 1) {
    super();
    this.alpha = requireNumber(alpha, "ELU", "alpha");
  }

  override forward(x: Tensor): Tensor {
    return elu(x, { alpha: this.alpha });
  }

  override extraRepr(): string {
    return `alpha=${pythonFloat(this.alpha)}`;
  }
}

/** max(0, x) + min(0, alpha (e^(x/alpha) − 1)) */
export class CELU extends Activation {
  readonly alpha: number;

  constructor(alpha = 1) {
    super();
    this.alpha = requireNumber(alpha, "CELU", "alpha");
  }

  override forward(x: Tensor): Tensor {
    return celu(x, { alpha: this.alpha });
  }

  override extraRepr(): string {
    return `alpha=${pythonFloat(this.alpha)}`;
  }
}

/** min(max(x, minVal), maxVal) */
export class Hardtanh extends Activation {
  readonly minVal: number;
  readonly maxVal: number;

  constructor(minVal = -1, maxVal = 1) {
    super();
    this.minVal = requireNumber(minVal, "Hardtanh", "minVal");
    this.maxVal = requireNumber(maxVal, "Hardtanh", "maxVal");
  }

  override forward(x: Tensor): Tensor {
    return hardtanh(x, { minVal: this.minVal, maxVal: this.maxVal });
  }

  override extraRepr(): string {
    return `min_val=${pythonFloat(this.minVal)}, max_val=${pythonFloat(this.maxVal)}`;
  }
}

/** log(1 + e^(beta x)) / beta, and x itself where beta x > threshold. */
export class Softplus extends Activation {
  readonly beta: number;
  readonly threshold: number;

  constructor(beta = 1, threshold = 20) {
    super();
    this.beta = requireNumber(beta, "Softplus", "beta");
    this.threshold = requireNumber(threshold, "Softplus", "threshold");
  }

  override forward(x: Tensor): Tensor {
    return softplus(x, { beta: this.beta, threshold: this.threshold });
  }

  override extraRepr(): string {
    return `beta=${pythonFloat(this.beta)}, threshold=${pythonFloat(this.threshold)}`;
  }
}

/** x Φ(x), Φ the normal distribution; `approximate: "tanh"` takes its tanh form. */
export class GELU extends Activation {
  readonly approximate: "none" | "tanh";

  constructor(options: { approximate?: "none" | "tanh" } = {}) {
    super();
    this.approximate = withDefaults("GELU", { approximate: "none" }, options).approximate;
  }

  override forward(x: Tensor): Tensor {
    return gelu(x, { approximate: this.approximate });
  }

  override extraRepr(): string {
    return `approximate=${pythonValue(this.approximate)}`;
  }
}

/** e^x / Σ e^x along `dim`, the last axis by default. */
export class Softmax extends Activation {
  readonly dim: number;

  constructor(dim = -1) {
    super();
    this.dim = requireAxis(dim, "Softmax");
  }

  override forward(x: Tensor): Tensor {
    return softmax(x, { dim: this.dim });
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}

/** log softmax(x) along `dim`, the last axis by default. */
export class LogSoftmax extends Activation {
  readonly dim: number;

  constructor(dim = -1) {
    super();
    this.dim = requireAxis(dim, "LogSoftmax");
  }

  override forward(x: Tensor): Tensor {
    return logSoftmax(x, { dim: this.dim });
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}
