"""Two endpoints on one table."""

import json
import os
from typing import Any

from greeting import greet

from sample_app.clients import client

Event = dict[str, Any]


def put(event: Event, context: Any) -> Event:
    """Stores the body's attributes under the path's id; `pk` may be forced to try the role's limits."""
    body = json.loads(event["body"])
    item = {"pk": {"S": body.get("pk", f"ITEM#{event['pathParameters']['id']}")}, "sk": {"S": "item"}}
    client("dynamodb").put_item(TableName=os.environ["TABLE"], Item={**item, "body": {"S": event["body"]}})
    return {"statusCode": 201, "body": json.dumps({"id": event["pathParameters"]["id"]})}


def get(event: Event, context: Any) -> Event:
    """Reads an item; `/items/special` has no parameter."""
    if "pathParameters" not in event:
        return {"statusCode": 200, "body": "special"}
    key = {"pk": {"S": f"ITEM#{event['pathParameters']['id']}"}, "sk": {"S": "item"}}
    found = client("dynamodb").get_item(TableName=os.environ["TABLE"], Key=key).get("Item")
    if found is None:
        return {"statusCode": 404, "body": json.dumps({"error": "Not found"})}
    answer = {
        "item": json.loads(found["body"]["S"]),
        "greeting": greet(os.environ["GREETING"]),
        "api": os.environ["API"],
    }
    headers = {"content-type": "application/json"}
    return {"statusCode": 200, "headers": headers, "body": json.dumps(answer)}
