# OpenVINO in its own process: one network from a file, run when asked. The other end of an Engine, as onnxruntime-engine.ts.
import json
import sys
import time

import numpy
import openvino

run = None


def prepare(file, shape, threads, **_):
    core = openvino.Core()
    settings = {"INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1, "PERFORMANCE_HINT": "LATENCY"}
    request = core.compile_model(core.read_model(file), "CPU", settings).create_infer_request()
    tensor = openvino.Tensor(numpy.random.uniform(-1, 1, shape).astype(numpy.float32))
    request.set_input_tensor(tensor)
    return request.infer


def answer(call, argument):
    global run
    if call == "prepare":
        run = prepare(**argument)
        return "OpenVINO " + openvino.__version__.split("-")[0]
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
