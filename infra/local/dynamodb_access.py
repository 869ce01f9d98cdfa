"""DynamoDB's requests in IAM's terms: per table and index, with leading keys and attributes."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from infra.local import engine
from infra.local.aws_request import AwsRequest
from infra.local.dynamodb.tables import Table
from infra.local.iam import Access
from infra.local.model import ACCOUNT

TRANSACTION = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
    "Get": "GetItem",
}
EQUALITY = re.compile(r"([#\w.\-]+)\s*=\s*(:\w+)")
NAME = re.compile(r"[#A-Za-z_][\w\-]*")


def accesses(request: AwsRequest, region: str) -> Iterator[Access]:
    """One access per table, index or transaction entry."""
    body, operation = request.json, request.operation
    if operation in ("TransactWriteItems", "TransactGetItems"):
        for entry in body.get("TransactItems", []):
            kind, item = next(iter(entry.items()))
            context = {**_context(region, item), "dynamodb:EnclosingOperation": [operation]}
            yield Access(f"dynamodb:{TRANSACTION.get(kind, kind)}", _arn(region, item.get("TableName", "*")), context)
    elif operation in ("BatchGetItem", "BatchWriteItem"):
        for name, content in body.get("RequestItems", {}).items():
            yield Access(f"dynamodb:{operation}", _arn(region, name), _batch_context(region, name, content))
    elif operation == "ListTables":
        yield Access("dynamodb:ListTables", "*")
    else:
        index = f"/index/{body['IndexName']}" if body.get("IndexName") else ""
        yield Access(f"dynamodb:{operation}", _arn(region, body.get("TableName", "*")) + index, _context(region, body))


def _arn(region: str, name: str) -> str:
    return name if name.startswith("arn:") else f"arn:aws:dynamodb:{region}:{ACCOUNT}:table/{name}"


def _context(region: str, body: Mapping[str, Any]) -> dict[str, list[str]]:
    context: dict[str, list[str]] = {}
    keys = _leading_keys(region, body)
    if keys:
        context["dynamodb:LeadingKeys"] = keys
    if attributes := _attributes(body):
        context["dynamodb:Attributes"] = attributes
    for name in ("Select", "ReturnValues", "ReturnConsumedCapacity"):
        if body.get(name):
            context[f"dynamodb:{name}"] = [str(body[name])]
    return context


def _batch_context(region: str, name: str, content: Any) -> dict[str, list[str]]:
    table = engine.find_table(region, name)
    if isinstance(content, list):
        items = [next(iter(entry.values())) for entry in content]
        values = [item.get("Item") or item.get("Key") or {} for item in items]
    else:
        values = content.get("Keys", [])
    keys = [key for value in values for key in _hash_values(table, None, value)]
    return {"dynamodb:LeadingKeys": keys} if keys else {}


def _leading_keys(region: str, body: Mapping[str, Any]) -> list[str]:
    """The partition keys a request names: in Key or Item, or in a query's condition (of its index, if it has one)."""
    table = engine.find_table(region, str(body.get("TableName", "")))
    direct = body.get("Key") or body.get("Item")
    if isinstance(direct, Mapping):
        return _hash_values(table, None, direct)
    expression = body.get("KeyConditionExpression")
    if not isinstance(expression, str):
        return []
    names, values = body.get("ExpressionAttributeNames") or {}, body.get("ExpressionAttributeValues") or {}
    pairs = {names.get(name, name): values.get(value, {}) for name, value in EQUALITY.findall(expression)}
    return _hash_values(table, body.get("IndexName"), pairs)


def _hash_values(table: Table | None, index: str | None, values: Mapping[str, Any]) -> list[str]:
    if table is None:
        return []
    order = table.orders.get(index)
    value = values.get(order.schema.hash) if order is not None else None
    return [str(next(iter(value.values())))] if value else []


def _attributes(body: Mapping[str, Any]) -> list[str]:
    names = body.get("ExpressionAttributeNames") or {}
    found = {*(body.get("Key") or {}), *(body.get("Item") or {}), *(body.get("AttributesToGet") or []), *names.values()}
    for part in str(body.get("ProjectionExpression") or "").split(","):
        match = NAME.match(part.strip())
        if match:
            found.add(names.get(match.group(), match.group()))
    return sorted(found)
