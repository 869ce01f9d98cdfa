"""Coverage goes on after a request to AWS as if it had not been away."""

import sys
from types import FrameType
from typing import Any

import boto3
from botocore.stub import Stubber

from infra.local.stack import Stack
from tests.untraced import resume, untraced


def ours() -> None:
    """Our own code, after a request."""


def test_a_tracer_sees_our_code_and_nothing_of_boto3s_requests() -> None:
    client = boto3.client("sts", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
    seen: list[tuple[str, str]] = []

    def tracer(frame: FrameType, event: str, _: Any) -> None:
        seen.append((frame.f_globals["__name__"], frame.f_code.co_name))

    with Stubber(client) as stub:
        stub.add_response("get_caller_identity", {})
        before = sys.gettrace()
        sys.settrace(tracer)
        try:
            client.get_caller_identity()
            ours()
        finally:
            resume(before)
    assert (__name__, "ours") in seen
    assert ("botocore.client", "_api_call") in seen
    assert {name for module, name in seen if module.startswith("botocore.")} == {"_api_call"}


def test_of_a_test_with_a_stack_it_sees_the_product_at_work_alone(whole_stack: Stack) -> None:
    seen: list[str] = []

    def tracer(frame: FrameType, event: str, _: Any) -> None:
        seen.append(str(frame.f_globals.get("__name__")))

    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        with untraced():
            assert whole_stack.request("GET", "/api/v1/health").status == 200
    finally:
        resume(before)
    assert {"functions.platform.get_health", "tandem.entry.endpoint"} <= set(seen)
    assert {"infra.local.stack", "infra.local.http_api", "botocore.endpoint"} & set(seen) == set()
