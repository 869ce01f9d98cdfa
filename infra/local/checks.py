"""Requests the services refuse and moto accepts: refused here with the services' own words."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from moto.dynamodb.models.table import Table

from infra.local import engine
from infra.local.answers import Answer, error
from infra.local.aws_request import AwsRequest
from infra.local.model import Function

ONE_ERROR = "One or more parameter values were invalid: "
PLACEHOLDERS = {"ExpressionAttributeNames": re.compile(r"#\w+"), "ExpressionAttributeValues": re.compile(r":\w+")}
EXPRESSIONS = (
    "KeyConditionExpression",
    "FilterExpression",
    "ConditionExpression",
    "UpdateExpression",
    "ProjectionExpression",
)
ATTRIBUTE = re.compile(r"[#A-Za-z_][\w.\-]*")
ASSIGNMENT = re.compile(r"([#\w]+)\s*=\s*(:\w+)")
MAX_MESSAGE = 1024 * 1024


class Invalid(Exception):
    """The reason a service gives for refusing a request."""

    def __init__(self, message: str, code: str = "ValidationException") -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Checks:
    """A guard for functions and operators alike."""

    def __init__(self, region: str) -> None:
        self._region = region

    def guard(self, request: AwsRequest, caller: Function | None) -> Answer | None:
        """The service's refusal, or None."""
        check = CHECKS.get((request.service, request.operation))
        if check is None:
            return None
        try:
            check(request.json, self._region)
        except Invalid as invalid:
            return error(request, invalid.code, invalid.message)
        return None


def _write(body: Mapping[str, Any], region: str) -> None:
    _expressions(body)
    table = _table(region, body)
    if table is None:
        return
    if isinstance(body.get("Item"), Mapping):
        _item(table, body["Item"])
    if isinstance(body.get("UpdateExpression"), str):
        _index_keys(table, _assigned(body))
    for value in [*(body.get("ExpressionAttributeValues") or {}).values(), *(body.get("Key") or {}).values()]:
        _numbers(value)


def _read(body: Mapping[str, Any], region: str) -> None:
    _expressions(body)
    table = _table(region, body)
    if table is not None and isinstance(body.get("FilterExpression"), str) and "KeyConditionExpression" in body:
        _no_keys_in_filter(table, body)


def _batch_write(body: Mapping[str, Any], region: str) -> None:
    requests = [(name, entry) for name, entries in body.get("RequestItems", {}).items() for entry in entries]
    if len(requests) > 25:
        raise Invalid(
            "1 validation error detected: Value at 'requestItems' failed to satisfy constraint: "
            "Map value must satisfy constraint: [Member must have length less than or equal to 25, "
            "Member must have length greater than or equal to 1]"
        )
    for name, entry in requests:
        table = _table(region, {"TableName": name})
        if table is not None and "PutRequest" in entry:
            _item(table, entry["PutRequest"].get("Item", {}))


def _transaction(body: Mapping[str, Any], region: str) -> None:
    entries = body.get("TransactItems", [])
    if len(entries) > 100:
        raise Invalid(
            "1 validation error detected: Value at 'transactItems' failed to satisfy constraint: "
            "Member must have length less than or equal to 100"
        )
    seen = set()
    for entry in entries:
        operation: Mapping[str, Any] = next(iter(entry.values()), {})
        _write(operation, region)
        identity = _identity(region, operation)
        if identity in seen:
            raise Invalid("Transaction request cannot include multiple operations on one item")
        seen.add(identity)


def _identity(region: str, operation: Mapping[str, Any]) -> tuple[str, str]:
    table = _table(region, operation)
    named = operation.get("Key") or operation.get("Item") or {}
    names = table.table_key_attrs if table is not None else sorted(named)
    return str(operation.get("TableName")), repr([(name, named.get(name)) for name in names])


def _expressions(body: Mapping[str, Any]) -> None:
    """Every placeholder must be used in some expression."""
    text = " ".join(str(body.get(name) or "") for name in EXPRESSIONS)
    for name, pattern in PLACEHOLDERS.items():
        given = body.get(name)
        if not isinstance(given, Mapping):
            continue
        if not text.strip():
            raise Invalid(f"{name} can only be specified when using expressions")
        unused = sorted(set(given) - set(pattern.findall(text)))
        if unused:
            raise Invalid(f"Value provided in {name} unused in expressions: keys: {{{', '.join(unused)}}}")


def _no_keys_in_filter(table: Table, body: Mapping[str, Any]) -> None:
    index = body.get("IndexName")
    schema = table.schema
    if index is not None:
        schema = next((one.schema for one in table.all_indexes() if one.name == index), [])
    keys = {key["AttributeName"] for key in schema}
    names = body.get("ExpressionAttributeNames") or {}
    for found in ATTRIBUTE.findall(re.sub(r":\w+", "", body["FilterExpression"])):
        name = names.get(found, found).split(".")[0] if not found.startswith("#") else names.get(found, found)
        if name in keys:
            raise Invalid(
                f"Filter Expression can only contain non-primary key attributes: Primary key attribute: {name}"
            )


def _item(table: Table, item: Mapping[str, Any]) -> None:
    _index_keys(table, item)
    for value in item.values():
        _numbers(value)


def _assigned(body: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes an update sets directly to a value of the request."""
    names, values = body.get("ExpressionAttributeNames") or {}, body.get("ExpressionAttributeValues") or {}
    pairs = ASSIGNMENT.findall(body["UpdateExpression"])
    return {names.get(name, name): values[value] for name, value in pairs if value in values}


def _index_keys(table: Table, attributes: Mapping[str, Any]) -> None:
    """A key of an index has its declared type and is not empty."""
    types = {entry["AttributeName"]: entry["AttributeType"] for entry in table.attr}
    for index in table.all_indexes():
        for name in index.schema_key_attrs:
            if name not in attributes or name in table.table_key_attrs:
                continue
            kind, content = next(iter(attributes[name].items()))
            if kind != types[name]:
                raise Invalid(
                    f"{ONE_ERROR}Type mismatch for Index Key {name} Expected: {types[name]} Actual: {kind} "
                    f"IndexName: {index.name}"
                )
            if content == "":
                raise Invalid(
                    "One or more parameter values are not valid. A value specified for a secondary index key is not "
                    "supported. The AttributeValue for a key attribute cannot contain an empty string value. "
                    f"IndexName: {index.name}, IndexKey: {name}"
                )


def _numbers(value: Any) -> None:
    for number in _all_numbers(value):
        digits = re.sub(r"[eE].*$", "", number).lstrip("+-").replace(".", "").strip("0")
        if len(digits) > 38:
            raise Invalid("Attempting to store more than 38 significant digits in a Number")


def _all_numbers(value: Any) -> Iterator[str]:
    if not isinstance(value, Mapping):
        return
    for kind, content in value.items():
        if kind == "N":
            yield str(content)
        elif kind == "NS":
            yield from map(str, content)
        elif kind == "L":
            for item in content:
                yield from _all_numbers(item)
        elif kind == "M":
            for item in content.values():
                yield from _all_numbers(item)


def _table(region: str, body: Mapping[str, Any]) -> Table | None:
    return engine.dynamodb(region).tables.get(str(body.get("TableName", "")).rpartition("/")[2])


def _send(body: Mapping[str, Any], region: str) -> None:
    _message(body)


def _send_batch(body: Mapping[str, Any], region: str) -> None:
    entries = body.get("Entries") or []
    _batch_size(entries)
    if sum(_size(entry) for entry in entries) > MAX_MESSAGE:
        raise Invalid(
            f"Batch requests cannot be longer than {MAX_MESSAGE} bytes.", "AWS.SimpleQueueService.BatchRequestTooLong"
        )


def _any_batch(body: Mapping[str, Any], region: str) -> None:
    _batch_size(body.get("Entries") or [])


def _batch_size(entries: list[Any]) -> None:
    if not entries:
        raise Invalid(
            "There should be at least one SendMessageBatchRequestEntry in the request.",
            "AWS.SimpleQueueService.EmptyBatchRequest",
        )
    if len(entries) > 10:
        raise Invalid(
            f"Maximum number of entries per request are 10. You have sent {len(entries)}.",
            "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
        )


def _message(body: Mapping[str, Any]) -> None:
    delay = body.get("DelaySeconds") or 0
    if not 0 <= int(delay) <= 900:
        raise Invalid(
            f"Value {delay} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.",
            "InvalidParameterValue",
        )
    if _size(body) > MAX_MESSAGE:
        raise Invalid(
            f"One or more parameters are invalid. Reason: Message must be shorter than {MAX_MESSAGE} bytes.",
            "InvalidParameterValue",
        )


def _size(entry: Mapping[str, Any]) -> int:
    """A message's size counts its body and its attributes' names, types and values."""
    size = len(str(entry.get("MessageBody", "")).encode())
    for name, value in (entry.get("MessageAttributes") or {}).items():
        size += len(name) + sum(len(str(one)) for one in value.values())
    return size


Check = Callable[[Mapping[str, Any], str], None]
CHECKS: dict[tuple[str, str], Check] = {
    ("dynamodb", "PutItem"): _write,
    ("dynamodb", "UpdateItem"): _write,
    ("dynamodb", "DeleteItem"): _write,
    ("dynamodb", "GetItem"): _read,
    ("dynamodb", "Query"): _read,
    ("dynamodb", "Scan"): _read,
    ("dynamodb", "BatchWriteItem"): _batch_write,
    ("dynamodb", "TransactWriteItems"): _transaction,
    ("sqs", "SendMessage"): _send,
    ("sqs", "SendMessageBatch"): _send_batch,
    ("sqs", "DeleteMessageBatch"): _any_batch,
    ("sqs", "ChangeMessageVisibilityBatch"): _any_batch,
}
