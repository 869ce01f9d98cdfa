"""The WebSocket routes."""

import json
import os
from typing import Any

from sample_app.clients import client


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Refuses a connection without a token; answers messages through the management endpoint."""
    about = event["requestContext"]
    if about["routeKey"] == "$connect":
        allowed = (event.get("queryStringParameters") or {}).get("token") == "secret"
        return {"statusCode": 200 if allowed else 401}
    table = client("dynamodb")
    if about["routeKey"] == "$disconnect":
        key = {"pk": {"S": "GONE"}, "sk": {"S": about["connectionId"]}}
        table.put_item(TableName=os.environ["TABLE"], Item=key)
        return {"statusCode": 200}
    management = client("apigatewaymanagementapi", endpoint_url=os.environ["MANAGEMENT"])
    text = {"route": about["routeKey"], "said": event["body"]}
    management.post_to_connection(ConnectionId=about["connectionId"], Data=json.dumps(text).encode())
    return {"statusCode": 200}
