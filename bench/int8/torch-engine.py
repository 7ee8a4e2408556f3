# torch in its own process: torchvision's network with random weights. The other end of an Engine, as
# onnxruntime-engine.ts. Traced and frozen, which is faster than eager; int8 on the engine `x86`.
import sys
import warnings
from pathlib import Path

import torch
import torch.ao.quantization as quantization
import torchvision

sys.path.append(str(Path(__file__).parents[1] / "engines"))
from serve import serve_network

warnings.filterwarnings("ignore")


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


serve_network("torch " + torch.__version__, prepare)
