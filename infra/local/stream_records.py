"""A stream record as Lambda hands it to a function."""

import base64
from datetime import UTC
from typing import Any

from moto.dynamodb.models.table import StreamRecord


def lambda_record(record: StreamRecord, stream_arn: str, region: str) -> dict[str, Any]:
    """moto's record in the shape of the event: times as epoch seconds, binary as base64."""
    raw = record.to_json()
    change = dict(raw["dynamodb"])
    change["ApproximateCreationDateTime"] = int(change["ApproximateCreationDateTime"].replace(tzinfo=UTC).timestamp())
    for image in ("Keys", "NewImage", "OldImage"):
        if image in change:
            change[image] = {name: attribute_value(value) for name, value in change[image].items()}
    made = {
        "eventID": raw["eventID"],
        "eventName": raw["eventName"],
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": region,
        "dynamodb": change,
        "eventSourceARN": stream_arn,
    }
    if "userIdentity" in raw:
        made["userIdentity"] = raw["userIdentity"]
    return made


def attribute_value(value: dict[str, Any]) -> dict[str, Any]:
    """A DynamoDB value in which every binary is base64 text."""
    kind, content = next(iter(value.items()))
    if kind == "B":
        return {"B": _text(content)}
    if kind == "BS":
        return {"BS": [_text(item) for item in content]}
    if kind == "L":
        return {"L": [attribute_value(item) for item in content]}
    if kind == "M":
        return {"M": {name: attribute_value(item) for name, item in content.items()}}
    return {kind: content}


def _text(content: Any) -> str:
    return base64.b64encode(content).decode() if isinstance(content, bytes) else str(content)
