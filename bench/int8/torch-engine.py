# torch in its own process: torchvision's network with random weights, run when asked. The other end of an Engine, as
# onnxruntime-engine.ts. Traced and frozen, which is faster than eager; int8 on the engine `x86`.
import json
import sys
import time
import warnings

import torch
import torch.ao.quantization as quantization
import torchvision

warnings.filterwarnings("ignore")

run = None


def quantized(name, image):
    torch.backends.quantized.engine = "x86"
    model = getattr(torchvision.models.quantization, name)(weights=None, quantize=False).eval()
    model.fuse_model(is_qat=False)
    model.qconfig = quantization.get_default_qconfig("x86")
    quantization.prepare(model, inplace=True)
    model(image)
    return quantization.convert(model)


def prepare(network, bits, shape, threads, **_):
    torch.set_num_threads(threads)
    image = torch.randn(shape)
    with torch.inference_mode():
        model = quantized(network, image) if bits == 8 else getattr(torchvision.models, network)().eval()
        frozen = torch.jit.freeze(torch.jit.trace(model, image))
        fast = frozen if bits == 8 else torch.jit.optimize_for_inference(frozen)

    def step():
        with torch.inference_mode():
            fast(image)

    return step


def answer(call, argument):
    global run
    if call == "prepare":
        run = prepare(**argument)
        return "torch " + torch.__version__
    start = time.perf_counter()
    run()
    return (time.perf_counter() - start) * 1e3


for line in sys.stdin:
    request = json.loads(line)
    try:
        reply = {"result": answer(request["call"], request["argument"])}
    except Exception as error:
        reply = {"error": repr(error)}
    print(json.dumps(reply), flush=True)
