"""DynamoDB's operations on items, as they come over the wire."""

import functools
import json
import secrets
import zlib
from collections.abc import Callable
from typing import Any

from botocore.validate import ParamValidator
from moto.core.utils import get_service_model

from infra.local.answers import Answer, error
from infra.local.aws_request import AwsRequest
from infra.local.dynamodb import queries, requests
from infra.local.dynamodb.requests import Body, Transactions, asked, only, too_many
from infra.local.dynamodb.tables import Table
from infra.local.dynamodb.values import Refused, accepted

HEADERS = [("Content-Type", "application/x-amz-json-1.0"), ("Server", "Server")]
_ONE_TABLE = {"TableName", "ExpressionAttributeNames"}
_CONDITIONAL = _ONE_TABLE | {
    "ConditionExpression",
    "ExpressionAttributeValues",
    "ReturnValues",
    "ReturnValuesOnConditionCheckFailure",
}
_READ = _ONE_TABLE | {"ProjectionExpression", "ConsistentRead"}
_MANY = _READ | {
    "ExclusiveStartKey",
    "ExpressionAttributeValues",
    "FilterExpression",
    "IndexName",
    "Limit",
    "Select",
}
TAKEN: dict[str, set[str]] = {
    "GetItem": _READ | {"Key"},
    "PutItem": _CONDITIONAL | {"Item"},
    "UpdateItem": _CONDITIONAL | {"Key", "UpdateExpression"},
    "DeleteItem": _CONDITIONAL | {"Key"},
    "Query": _MANY | {"KeyConditionExpression", "ScanIndexForward"},
    "Scan": _MANY,
    "BatchGetItem": {"RequestItems"},
    "BatchWriteItem": {"RequestItems"},
    "TransactGetItems": {"TransactItems"},
    "TransactWriteItems": {"TransactItems", "ClientRequestToken"},
}
"""The parameters that each operation is served with; others are told to be unknown here, and not passed over."""


class Items:
    """The items of an account's tables in one region."""

    def __init__(self, tables: Callable[[str], Table | None], now: Callable[[], float]) -> None:
        self._named = tables
        self._transactions = Transactions(self._table, now)
        self.forget = self._transactions.forget

    def serves(self, operation: str) -> bool:
        """Whether an operation is about items."""
        return operation in TAKEN

    def answer(self, request: AwsRequest) -> Answer:
        """Do what is asked."""
        body = request.json
        try:
            if unknown := sorted(body.keys() - TAKEN[request.operation]):
                raise Refused(f"The local stack does not serve {request.operation} with {', '.join(unknown)}")
            content = json.dumps(getattr(self, _method(request.operation))(body)).encode()
        except Refused as refused:
            return error(request, refused.code, refused.message, **refused.more)
        except Exception:
            if (wrong := _malformed(request.operation, body)) is None:
                raise
            return error(request, "ValidationException", wrong)
        told = [("x-amzn-RequestId", secrets.token_hex(16)), ("x-amz-crc32", str(zlib.crc32(content)))]
        return Answer(200, content, HEADERS + told)

    def _table(self, name: str) -> Table:
        found = self._named(name.rpartition("/")[2])
        if found is None:
            raise Refused("Requested resource not found", "ResourceNotFoundException")
        return found

    def _get_item(self, body: Body) -> dict[str, Any]:
        table, question = self._table(body["TableName"]), asked(body)
        key = {name: accepted(value) for name, value in body["Key"].items()}
        table.check_key(key)
        found = table.get(table.key(key))
        return {"Item": question.projected(found.attributes)} if found is not None else {}

    def _write(self, kind: str, body: Body) -> dict[str, Any]:
        write = requests.DECIDE[kind](self._table(body["TableName"]), body)
        answer = requests.returned(write, body)
        write.do()
        return answer

    def _put_item(self, body: Body) -> dict[str, Any]:
        return self._write("Put", body)

    def _update_item(self, body: Body) -> dict[str, Any]:
        return self._write("Update", body)

    def _delete_item(self, body: Body) -> dict[str, Any]:
        return self._write("Delete", body)

    def _query(self, body: Body) -> dict[str, Any]:
        return queries.query(self._table(body["TableName"]), body)

    def _scan(self, body: Body) -> dict[str, Any]:
        return queries.scan(self._table(body["TableName"]), body)

    def _transact_write_items(self, body: Body) -> dict[str, Any]:
        return self._transactions.write(body)

    def _transact_get_items(self, body: Body) -> dict[str, Any]:
        too_many(body["TransactItems"], "transactItems", Transactions.MOST)
        return {"Responses": [self._get_item(only(entry)[1]) for entry in body["TransactItems"]]}

    def _batch_get_item(self, body: Body) -> dict[str, Any]:
        wanted = body["RequestItems"]
        too_many([key for part in wanted.values() for key in part["Keys"]], "requestItems", 100)
        found: dict[str, list[Any]] = {}
        for name, part in wanted.items():
            shared = {what: content for what, content in part.items() if what not in ("Keys", "ConsistentRead")}
            _no_duplicates(part["Keys"])
            answers = [self._get_item({"TableName": name, "Key": key, **shared}) for key in part["Keys"]]
            found[name] = [answer["Item"] for answer in answers if answer]
        return {"Responses": found, "UnprocessedKeys": {}}

    def _batch_write_item(self, body: Body) -> dict[str, Any]:
        parts = [(name, entry) for name, entries in body["RequestItems"].items() for entry in entries]
        too_many(parts, "requestItems", 25)
        writes = []
        for name, entry in parts:
            kind, content = only(entry)
            writes.append(requests.DECIDE[kind.removesuffix("Request")](self._table(name), content))
        _no_duplicates([(write.table.name, write.key) for write in writes])
        for write in writes:
            write.do()
        return {"UnprocessedItems": {}}


def _no_duplicates(keys: list[Any]) -> None:
    if len({repr(key) for key in keys}) < len(keys):
        raise Refused("Provided list of item keys contains duplicates")


def _malformed(operation: str, body: Body) -> str | None:
    """What a request lacks, or has of a wrong type. Asked when it went wrong: boto3 sends nothing that is."""
    shape = get_service_model("dynamodb").operation_model(operation).input_shape
    report = ParamValidator().validate(body, shape)
    return f"1 validation error detected: {report.generate_report()}" if report.has_errors() else None


@functools.cache
def _method(operation: str) -> str:
    """`GetItem` is `_get_item`."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in operation)
