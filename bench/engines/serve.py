"""The other end of an `Engine`, in Python: see serve.ts."""
import json
import sys
import time


def serve(calls):
    """Answers calls, one after the other, until standard input ends. `calls`: by name, functions of the argument."""
    for line in sys.stdin:
        request = json.loads(line)
        try:
            reply = {"result": calls[request["call"]](request.get("argument"))}
        except Exception as error:
            reply = {"error": repr(error)}
        print(json.dumps(reply), flush=True)


def serve_network(label, prepare):
    """A network that is run when asked, for milliseconds. `prepare(**argument)` gives the function that runs it."""
    run = None

    def prepare_it(argument):
        nonlocal run
        run = prepare(**argument)
        return label

    def time_it(_):
        start = time.perf_counter()
        run()
        return (time.perf_counter() - start) * 1e3

    serve({"prepare": prepare_it, "run": time_it})
