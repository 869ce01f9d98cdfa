"""A stream's, a queue's and a schedule's functions."""

import json
import os
import struct
from typing import Any

from sample_app.clients import client

Event = dict[str, Any]


def on_item(event: Event, context: Any) -> Event:
    """Sends a message for every item, as its body says: `delay`, or `poison` to fail."""
    queue, failures = client("sqs"), []
    for record in event["Records"]:
        image = record["dynamodb"].get("NewImage")
        body = json.loads(image["body"]["S"]) if image and "body" in image else {}
        if body.get("poison") == "record":
            failures.append({"itemIdentifier": record["dynamodb"]["SequenceNumber"]})
        elif body.get("poison") == "batch":
            raise ValueError("poisoned batch")
        else:
            name = record["dynamodb"]["Keys"]["pk"]["S"]
            message = {"name": name, "change": record["eventName"], **body}
            delay = body.get("delay", 0)
            queue.send_message(QueueUrl=os.environ["QUEUE"], MessageBody=json.dumps(message), DelaySeconds=delay)
    return {"batchItemFailures": failures}


def on_message(event: Event, context: Any) -> Any:
    """Counts each message in the table, with the platform's time; `fail` decides how it fails."""
    failures = []
    for record in event["Records"]:
        body = json.loads(record["body"])
        if body.get("fail") == "raise":
            raise ValueError("refused")
        if body.get("fail") == "unknown":
            return {"batchItemFailures": [{"itemIdentifier": "no-such-message"}]}
        if body.get("fail") == "item":
            failures.append({"itemIdentifier": record["messageId"]})
            continue
        count("SEEN", body["name"])
    return {"batchItemFailures": failures}


def on_file(event: Event, context: Any) -> None:
    """Counts files, and every attempt at one that is poisoned."""
    key = event["Records"][0]["s3"]["object"]["key"]
    count("FILES", key)
    if "poison" in key:
        raise ValueError("poisoned file")


def run_tick(event: Event, context: Any) -> None:
    """Counts ticks."""
    count("TICKS", event["time"])


def count(family: str, name: str) -> None:
    """One more of these, at this platform time."""
    client("dynamodb").update_item(
        TableName=os.environ["TABLE"],
        Key={"pk": {"S": family}, "sk": {"S": name}},
        UpdateExpression="ADD #n :one SET #t = :t",
        ExpressionAttributeNames={"#n": "times", "#t": "at"},
        ExpressionAttributeValues={":one": {"N": "1"}, ":t": {"N": str(platform_time())}},
    )


def platform_time() -> float:
    """The platform's clock as a product reads it: real time plus the offset in a file."""
    import time

    with open(os.environ["TANDEM_CLOCK_FILE"], "rb") as file:
        return float(time.time() + struct.unpack("<d", file.read(8))[0])
