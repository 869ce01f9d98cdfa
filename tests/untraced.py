"""Coverage follows our own code, not boto3 and the cloud behind it: nothing is told of them, and it takes as long."""

import sys
from typing import Any

from botocore.client import BaseClient


def leave_out_the_cloud() -> None:
    """Nothing is traced within a request to AWS; a tracer, where there is one, goes on after its answer."""
    original = BaseClient._make_api_call

    def make_api_call(self: BaseClient, operation_name: str, arguments: dict[str, Any]) -> Any:
        tracer = sys.gettrace()
        if tracer is None:
            return original(self, operation_name, arguments)
        sys.settrace(None)
        try:
            return original(self, operation_name, arguments)
        finally:
            sys.settrace(tracer)
            told()

    BaseClient._make_api_call = make_api_call


def told() -> None:
    """A tracer in C takes over at a call; it must have, before the frame that it knows returns."""
