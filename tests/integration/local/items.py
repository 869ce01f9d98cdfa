"""The sample's table, as tests of the local DynamoDB use it."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.local import engine
from infra.local.stack import Stack

KEY = {"pk": {"S": "A"}, "sk": {"S": "1"}}


class Items:
    """The sample's table through the operator's client."""

    def __init__(self, stack: Stack) -> None:
        self.client = stack.client("dynamodb")
        self.name = stack.outputs["TableName"]
        self.region = stack.deployment.region

    def __call__(self, operation: str, **arguments: Any) -> Any:
        return getattr(self.client, operation)(TableName=self.name, **arguments)

    def put(self, pk: str = "A", sk: str = "1", **attributes: Any) -> None:
        self("put_item", Item={"pk": {"S": pk}, "sk": {"S": sk}, **attributes})

    def get(self, pk: str = "A", sk: str = "1") -> Any:
        return self("get_item", Key={"pk": {"S": pk}, "sk": {"S": sk}}).get("Item")

    def write(self, *entries: Any, **more: Any) -> Any:
        whole = [{kind: {"TableName": self.name, **what} for kind, what in entry.items()} for entry in entries]
        return self.client.transact_write_items(TransactItems=whole, **more)

    def changes(self) -> list[str]:
        """The stream's events."""
        found = engine.stream(engine.table(self.region, self.name)).records
        return [record["eventName"] for record in found]


def refused(call: Any, *arguments: Any, code: str = "ValidationException", **named: Any) -> str:
    with pytest.raises(ClientError) as raised:
        call(*arguments, **named)
    assert raised.value.response["Error"]["Code"] == code
    return str(raised.value.response["Error"]["Message"])
