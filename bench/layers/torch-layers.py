# torch in its own process: the other end of an Engine, as octavo-layers.ts.
import sys
import time
import warnings
from pathlib import Path

import torch
import torch.ao.quantization as quantization
import torch.nn as nn

sys.path.append(str(Path(__file__).parents[1] / "engines"))
from serve import serve

warnings.filterwarnings("ignore")

calls = {
    "MultiheadAttention": lambda module, x: module(x, x, x, need_weights=False)[0],
    "LSTM": lambda module, x: module(x)[0],
    "GRU": lambda module, x: module(x)[0],
}

step = None


def training(module, call, x):
    gradient = torch.randn(call(module, x).shape)

    def run():
        module.zero_grad()
        x.grad = None
        call(module, x).backward(gradient)

    return run


def inference(module, call, x):
    quantized = quantization.quantize_dynamic(nn.Sequential(module), {nn.Linear, nn.LSTM}, dtype=torch.qint8)[0]

    def run():
        with torch.no_grad():
            call(quantized, x)

    return run


def prepare(argument):
    global step
    torch.set_num_threads(argument["threads"])
    torch.manual_seed(0)
    layer, sizes, shape = argument["layer"], argument["arguments"], argument["input"]
    module = getattr(nn, layer)(*sizes).train()
    call = calls.get(layer, lambda module, x: module(x))
    if argument["mode"] == "qat":
        module = nn.Sequential(module)
        module.qconfig = quantization.get_default_qat_qconfig("fbgemm")
        quantization.prepare_qat(module, inplace=True)
    if layer == "Embedding":
        x = (torch.arange(shape[0] * shape[1]) * 7919 % sizes[0]).reshape(shape)
    else:
        x = torch.randn(shape, requires_grad=True)
    step = inference(module, call, x) if argument["mode"] == "dynamic" else training(module, call, x)
    return {"version": torch.__version__}


def time_step(_):
    start, cpu = time.perf_counter(), time.process_time()
    step()
    return {"ms": (time.perf_counter() - start) * 1e3, "cpuMs": (time.process_time() - cpu) * 1e3}


serve({"prepare": prepare, "step": time_step})
