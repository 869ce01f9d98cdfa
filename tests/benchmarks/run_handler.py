"""One handler in a fresh process: answer the first request, say so, then answer as many as are asked for.

    python run_handler.py MODULE EVENT_FILE

It imports nothing that the handler would not import, so that a cold start is the handler's own. A line with a number on
standard input asks for so many requests; the answer is the processor time each took, in microseconds.
"""

import sys


class Context:
    """What a handler may ask of its Lambda context."""

    function_name = "bench"
    memory_limit_in_mb = 1024
    invoked_function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:bench"
    aws_request_id = "request-1"

    def get_remaining_time_in_millis(self):  # type: ignore[no-untyped-def]
        return 20_000


def main(module, path):  # type: ignore[no-untyped-def]
    import json
    from importlib import import_module

    with open(path, encoding="utf-8") as file:
        event = json.load(file)
    handler = import_module(module).handler
    answer = handler(event, Context())
    if answer["statusCode"] not in (200, 201):
        sys.exit(f"{module} answered {answer}")
    sys.__stdout__.write("answered\n")
    sys.__stdout__.flush()
    serve(handler, event)


def serve(handler, event):  # type: ignore[no-untyped-def]
    import copy
    import os
    import time

    sys.__stdout__.write(f"{most_memory()}\n")
    sys.__stdout__.flush()
    context = Context()
    for line in sys.stdin:
        count = int(line)
        events = [copy.deepcopy(event) for _ in range(count)]
        begun = time.process_time()
        for one in events:
            handler(one, context)
        spent = time.process_time() - begun
        sys.__stdout__.write(f"{spent / count * 1e6:.1f}\n")
        sys.__stdout__.flush()
    os._exit(0)  # an execution environment is frozen, not wound up: what that takes is no part of a cold start


def most_memory():  # type: ignore[no-untyped-def]
    """The most kB resident at a time, of this program alone: `getrusage` counts in what its parent had."""
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))


main(sys.argv[1], sys.argv[2])
