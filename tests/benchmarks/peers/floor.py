"""The floor: json, Signature Version 4 and http.client of the standard library, and nothing else."""

import hashlib
import hmac
import http.client
import json
import os
import time
import uuid
from typing import Any

from tests.benchmarks.work import QUEUE_URL, SHOWN, TABLE, TENANT, intent, parties, session, steps, typed

_HOST, _PORT = os.environ["AWS_ENDPOINT_URL"].removeprefix("http://").split(":")
_connection = http.client.HTTPConnection(_HOST, int(_PORT))


def _signature(service: str, target: str, body: bytes) -> dict[str, str]:
    moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    scope = f"{moment[:8]}/eu-west-1/{service}/aws4_request"
    names = "content-type;host;x-amz-date;x-amz-target"
    host = f"{_HOST}:{_PORT}"
    listed = f"content-type:application/x-amz-json-1.0\nhost:{host}\nx-amz-date:{moment}\nx-amz-target:{target}\n"
    canonical = f"POST\n/\n\n{listed}\n{names}\n{hashlib.sha256(body).hexdigest()}"
    text = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = b"AWS4" + os.environ["AWS_SECRET_ACCESS_KEY"].encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    credential = f"{os.environ['AWS_ACCESS_KEY_ID']}/{scope}"
    return {
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Date": moment,
        "X-Amz-Target": target,
        "Authorization": f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={signature}",
    }


def call(service: str, target: str, **request: Any) -> Any:
    body = json.dumps(request).encode()
    _connection.request("POST", "/", body, _signature(service, target, body))
    return json.loads(_connection.getresponse().read())


def dynamodb(operation: str, **request: Any) -> Any:
    return call("dynamodb", f"DynamoDB_20120810.{operation}", **request)


def authenticate(event: dict[str, Any]) -> dict[str, str]:
    key = event["headers"]["authorization"].removeprefix("Bearer ")
    now = int(time.time())
    window = now // 3600 * 3600
    item = dynamodb(
        "UpdateItem",
        TableName=TABLE,
        Key=typed({"pk": f"KEY#{hashlib.sha256(key.encode()).hexdigest()}", "sk": "KEY"}),
        UpdateExpression="SET last_used_at = :now ADD #w :one, #m :one",
        ConditionExpression="#status = :active AND (attribute_not_exists(#w) OR #w < rate_limit)",
        ExpressionAttributeNames={
            "#w": f"w{window}",
            "#m": time.strftime("m%Y-%m", time.gmtime()),
            "#status": "status",
        },
        ExpressionAttributeValues=typed({":now": now, ":one": 1, ":active": "active"}),
        ReturnValues="ALL_NEW",
    )["Attributes"]
    limit = int(item["rate_limit"]["N"])
    left = limit - int(item[f"w{window}"]["N"])
    return {
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(left),
        "X-RateLimit-Reset": str(window + 3600),
    }


def place(body: dict[str, str]) -> dict[str, Any]:
    call_id, phone, agent = str(uuid.uuid4()), body["customerPhone"], body["agentId"]
    if not phone.startswith("+") or not phone[1:].isdigit() or not 1 <= len(agent) <= 128:
        raise ValueError(body)
    keys = [typed({"pk": pk, "sk": sk}) for pk, sk in parties(call_id, phone, agent)]
    dynamodb("BatchGetItem", RequestItems={TABLE: {"Keys": keys, "ConsistentRead": True}})
    puts = [{"Put": {"TableName": TABLE, "Item": typed(item)}} for item in intent(call_id, phone, agent)]
    dynamodb("TransactWriteItems", TransactItems=puts, ClientRequestToken=call_id)
    dynamodb("PutItem", TableName=TABLE, Item=typed(session(call_id)), ConditionExpression="attribute_not_exists(pk)")
    entries = [{"Id": str(n), "MessageBody": json.dumps(step)} for n, step in enumerate(steps(call_id))]
    call("sqs", "AmazonSQS.SendMessageBatch", QueueUrl=QUEUE_URL, Entries=entries)
    change = {
        "TableName": TABLE,
        "Key": typed({"pk": f"TENANT#{TENANT}", "sk": f"CALL#{call_id}"}),
        "UpdateExpression": "SET dial = :dial, carrier_call_id = :session ADD version :one",
        "ConditionExpression": "dial = :before",
        "ExpressionAttributeValues": typed({":dial": "accepted", ":session": "SB1", ":one": 1, ":before": "intended"}),
    }
    put = {"TableName": TABLE, "Item": typed({"pk": "SESSION#1", "sk": "CALL", "call_id": call_id})}
    dynamodb("TransactWriteItems", TransactItems=[{"Update": change}, {"Put": put}])
    return {"callId": call_id, "conversationId": call_id, "status": "initiated"}


def show(call_id: str) -> dict[str, Any]:
    key = typed({"pk": f"TENANT#{TENANT}", "sk": f"CALL#{call_id}"})
    item = dynamodb("GetItem", TableName=TABLE, Key=key, ConsistentRead=True)["Item"]
    return {"callId": call_id, **{name: next(iter(item[name].values())) for name in SHOWN}}


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    headers = authenticate(event)
    posted = event["requestContext"]["http"]["method"] == "POST"
    data = place(json.loads(event["body"])) if posted else show(event["pathParameters"]["call_id"])
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "application/json", **headers},
        "body": json.dumps({"success": True, "data": data}),
    }
