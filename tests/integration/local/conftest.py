"""A stack of its own for the local stack's tests: the sample beside this file."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.stack import Stack

SAMPLE = Path(__file__).parent / "sample"


@pytest.fixture(scope="package")
def sample_stack() -> Iterator[Stack]:
    """The sample, its functions in this process."""
    stack = Stack.start(SAMPLE / "template.yaml", name="sample", region="eu-central-1")
    yield stack
    stack.stop()


@pytest.fixture
def stack(sample_stack: Stack) -> Stack:
    """The sample, empty."""
    sample_stack.reset()
    return sample_stack


def items(stack: Stack, pk: str) -> dict[str, dict[str, object]]:
    """A partition's items by sort key, as the operator reads them."""
    answer = stack.client("dynamodb").query(
        TableName=stack.outputs["TableName"],
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": pk}},
    )
    return {
        item["sk"]["S"]: {name: next(iter(value.values())) for name, value in item.items()} for item in answer["Items"]
    }
