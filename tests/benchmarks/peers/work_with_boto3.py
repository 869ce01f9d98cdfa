"""The same work as an ordinary service does it: a boto3 table resource, a client for transactions and the queue."""

import hashlib
import json
import time
import uuid
from typing import Any

import boto3

from tests.benchmarks.work import QUEUE_URL, SHOWN, TENANT, intent, parties, session, steps


class Calls:
    """The table, the queue, and what is done with them."""

    def __init__(self, table_name: str) -> None:
        self.resource = boto3.resource("dynamodb")
        self.table = self.resource.Table(table_name)
        self.client = self.resource.meta.client
        self.sqs = boto3.client("sqs")

    def authenticate(self, key: str) -> dict[str, str]:
        now = int(time.time())
        window = now // 3600 * 3600
        item = self.table.update_item(
            Key={"pk": f"KEY#{hashlib.sha256(key.encode()).hexdigest()}", "sk": "KEY"},
            UpdateExpression="SET last_used_at = :now ADD #w :one, #m :one",
            ConditionExpression="#status = :active AND (attribute_not_exists(#w) OR #w < rate_limit)",
            ExpressionAttributeNames={
                "#w": f"w{window}",
                "#m": time.strftime("m%Y-%m", time.gmtime()),
                "#status": "status",
            },
            ExpressionAttributeValues={":now": now, ":one": 1, ":active": "active"},
            ReturnValues="ALL_NEW",
        )["Attributes"]
        limit = int(item["rate_limit"])
        left = limit - int(item[f"w{window}"])
        return {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(left),
            "X-RateLimit-Reset": str(window + 3600),
        }

    def place(self, phone: str, agent: str) -> dict[str, str]:
        call_id, table = str(uuid.uuid4()), self.table.name
        keys = [{"pk": pk, "sk": sk} for pk, sk in parties(call_id, phone, agent)]
        self.resource.batch_get_item(RequestItems={table: {"Keys": keys, "ConsistentRead": True}})
        puts = [{"Put": {"TableName": table, "Item": item}} for item in intent(call_id, phone, agent)]
        self.client.transact_write_items(TransactItems=puts, ClientRequestToken=call_id)
        self.table.put_item(Item=session(call_id), ConditionExpression="attribute_not_exists(pk)")
        entries = [{"Id": str(n), "MessageBody": json.dumps(step)} for n, step in enumerate(steps(call_id))]
        self.sqs.send_message_batch(QueueUrl=QUEUE_URL, Entries=entries)
        change = {
            "TableName": table,
            "Key": {"pk": f"TENANT#{TENANT}", "sk": f"CALL#{call_id}"},
            "UpdateExpression": "SET dial = :dial, carrier_call_id = :session ADD version :one",
            "ConditionExpression": "dial = :before",
            "ExpressionAttributeValues": {":dial": "accepted", ":session": "SB1", ":one": 1, ":before": "intended"},
        }
        put = {"TableName": table, "Item": {"pk": "SESSION#1", "sk": "CALL", "call_id": call_id}}
        self.client.transact_write_items(TransactItems=[{"Update": change}, {"Put": put}])
        return {"callId": call_id, "conversationId": call_id, "status": "initiated"}

    def show(self, call_id: str) -> dict[str, Any]:
        key = {"pk": f"TENANT#{TENANT}", "sk": f"CALL#{call_id}"}
        item = self.table.get_item(Key=key, ConsistentRead=True)["Item"]
        return {"callId": call_id, **{name: item[name] for name in SHOWN}}
