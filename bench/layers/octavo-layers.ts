// Octavo in its own process: one layer at a time, a training step of it when asked, or inference.
import {
  Conv1d,
  Embedding,
  empty,
  frame,
  getDefaultQatQConfig,
  GRU,
  LayerNorm,
  Linear,
  LSTM,
  manualSeed,
  MultiheadAttention,
  noGrad,
  Parameter,
  prepareQat,
  quantizeDynamic,
  randn,
  resolve,
  Sequential,
} from "octavo";
import type { Module, Tensor } from "octavo";
import { serve } from "../engines/serve.ts";
import { timedStep } from "../engines/timed-step.ts";
import type { LayerStep } from "./layer-step.ts";

interface Layer {
  readonly module: Module<never, unknown>;
  /** What gets gradients beside the module: the input, unless it is of indices. */
  readonly input: Parameter | null;
  /** The layer's output, or that of one in its place. */
  readonly output: (module?: Module<never, unknown>) => Tensor;
}

type Call<R> = Module<[Tensor], R>;

const withInput = (module: Call<Tensor>, shape: readonly number[]): Layer => {
  const input = new Parameter(randn(shape));
  return { module, input, output: (its = module) => (its as Call<Tensor>)(input) };
};

const recurrent = (module: LSTM | GRU, shape: readonly number[]): Layer => {
  const input = new Parameter(randn(shape));
  return { module, input, output: (its = module) => (its as Call<[Tensor]>)(input)[0] };
};

type Build = (sizes: readonly number[], shape: readonly number[]) => Layer;

const builders: { readonly [L in LayerStep["layer"]]: Build } = {
  Linear: ([inFeatures, outFeatures], shape) => withInput(new Linear(inFeatures, outFeatures), shape),
  Conv1d: ([inChannels, outChannels, kernel], shape) =>
    withInput(new Conv1d(inChannels, outChannels, kernel), shape),
  LayerNorm: ([width], shape) => withInput(new LayerNorm(width), shape),
  Embedding([entries, width], shape) {
    const module = new Embedding(entries, width);
    const input = empty(shape, { dtype: "int64" });
    input.raw<BigInt64Array>().forEach((_, i, indices) => (indices[i] = BigInt((i * 7919) % entries)));
    return { module, input: null, output: () => module(input) };
  },
  MultiheadAttention([embedDim, heads], shape) {
    const module = new MultiheadAttention(embedDim, heads);
    const input = new Parameter(randn(shape));
    return { module, input, output: () => module(input, input, input, { needWeights: false })[0] };
  },
  LSTM: ([features, hidden], shape) => recurrent(new LSTM(features, hidden), shape),
  GRU: ([features, hidden], shape) => recurrent(new GRU(features, hidden), shape),
};

function prepared({ module, input }: Layer): Layer {
  const model = prepareQat(new Sequential(module as Module<[Tensor], Tensor>).train(), {
    qconfig: getDefaultQatQConfig(),
  });
  return { module: model, input, output: () => model(input!) };
}

function trainingStep({ module, input, output }: Layer): () => void {
  const gradient = randn(frame(() => output().shape));
  return () => {
    module.zeroGrad();
    input?.zeroGrad();
    frame(() => output().backward(gradient));
  };
}

/** A step in each mode. */
const steps: { readonly [M in LayerStep["mode"]]: (layer: Layer) => () => void } = {
  float: trainingStep,
  qat: (layer) => trainingStep(prepared(layer)),
  dynamic({ module, output }) {
    // Inside of another module: the layer itself is replaced.
    const holder = new Sequential(module as Module<[Tensor], Tensor>);
    const quantized = quantizeDynamic(holder).getSubmodule("0");
    return () => frame(() => noGrad(() => output(quantized)));
  },
};

let step: () => void;

await serve({
  prepare({ layer, arguments: sizes, input: shape, mode }: LayerStep) {
    manualSeed(0);
    step = steps[mode](builders[layer](sizes, shape));
    return { isa: resolve("gemm").name };
  },
  step: () => timedStep(step),
});
