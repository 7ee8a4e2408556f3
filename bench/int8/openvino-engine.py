# OpenVINO in its own process: one network from a file. The other end of an Engine, as onnxruntime-engine.ts.
import sys
from pathlib import Path

import numpy
import openvino

sys.path.append(str(Path(__file__).parents[1] / "engines"))
from serve import serve_network


def prepare(file, shape, threads, **_):
    core = openvino.Core()
    settings = {"INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1, "PERFORMANCE_HINT": "LATENCY"}
    request = core.compile_model(core.read_model(file), "CPU", settings).create_infer_request()
    tensor = openvino.Tensor(numpy.random.uniform(-1, 1, shape).astype(numpy.float32))
    request.set_input_tensor(tensor)
    return request.infer


serve_network("OpenVINO " + openvino.__version__.split("-")[0], prepare)
