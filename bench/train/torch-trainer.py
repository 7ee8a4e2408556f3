# torch in its own process: the other end of an Engine, as octavo-trainer.ts.
# Networks and work as Octavo's: channels_last, SGD with momentum, fused observers. ResNet-20 has shortcuts of option A.
import resource
import sys
import time
import warnings
from pathlib import Path

import torch
import torch.ao.quantization as quantization
import torch.nn as nn
import torch.nn.functional as F
import torchvision

sys.path.append(str(Path(__file__).parents[1] / "engines"))
from serve import serve

warnings.filterwarnings("ignore")


class Block(nn.Module):
    def __init__(self, channels, out, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, out, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(out)
        self.relu = nn.ReLU()
        self.conv2 = nn.Conv2d(out, out, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(out)
        self.extra = out - channels
        self.add_relu = nn.quantized.FloatFunctional()

    def forward(self, x):
        y = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        if self.extra:
            x = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.extra // 2, self.extra - self.extra // 2))
        return self.add_relu.add_relu(y, x)


class ResNet20(nn.Module):
    def __init__(self):
        super().__init__()
        self.quant, self.dequant = quantization.QuantStub(), quantization.DeQuantStub()
        self.conv1, self.bn1, self.relu = nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU()
        blocks, channels = [], 16
        for out in (16, 32, 64):
            for _ in range(3):
                blocks.append(Block(channels, out, 1 if out == channels else 2))
                channels = out
        self.blocks = nn.Sequential(*blocks)
        self.linear = nn.Linear(64, 10)

    def forward(self, x):
        x = self.blocks(self.relu(self.bn1(self.conv1(self.quant(x)))))
        return self.dequant(self.linear(F.adaptive_avg_pool2d(x, 1).flatten(1)))

    def fuse_model(self, is_qat):
        quantization.fuse_modules_qat(self, [["conv1", "bn1", "relu"]], inplace=True)
        for block in self.blocks:
            quantization.fuse_modules_qat(block, [["conv1", "bn1", "relu"], ["conv2", "bn2"]], inplace=True)


networks = {
    "resnet-20": (ResNet20, (3, 32, 32), 10),
    "mobilenet-v2": (
        lambda: torchvision.models.quantization.mobilenet_v2(weights=None, quantize=False),
        (3, 224, 224),
        1000,
    ),
}


def prepare(network, batch, mode, threads):
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    build, image, classes = networks[network]
    model = build().train()
    if mode == "qat":
        model.fuse_model(is_qat=True)
        model.qconfig = quantization.get_default_qat_qconfig("fbgemm")
        quantization.prepare_qat(model, inplace=True)
    model = model.to(memory_format=torch.channels_last)
    images = torch.randn(batch, *image).contiguous(memory_format=torch.channels_last)
    labels = torch.arange(batch) * 7 % classes
    optimizer = torch.optim.SGD(model.parameters(), 0.01, momentum=0.9)

    def step():
        optimizer.zero_grad()
        F.cross_entropy(model(images), labels).backward()
        optimizer.step()

    return step


step = None


def prepare_it(argument):
    global step
    step = prepare(**argument)
    return f"torch {torch.__version__}"


def time_step(_):
    start, cpu = time.perf_counter(), time.process_time()
    step()
    return {"ms": (time.perf_counter() - start) * 1e3, "cpuMs": (time.process_time() - cpu) * 1e3}


def finish(_):
    return {"peakRss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}


serve({"prepare": prepare_it, "step": time_step, "finish": finish})
