"""Bucket notifications: which object events go to which function or queue, and in what form."""

import json
import time
from collections import deque
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus

from infra.local import engine
from infra.local.aws_request import AwsRequest
from infra.local.calls import Calls
from infra.local.iam import wildcard
from infra.local.model import Deployment
from infra.local.s3_operations import bucket_and_key

EVENTS = {
    "PutObject": "ObjectCreated:Put",
    "CopyObject": "ObjectCreated:Copy",
    "CompleteMultipartUpload": "ObjectCreated:CompleteMultipartUpload",
    "DeleteObject": "ObjectRemoved:Delete",
}


class BucketEvents:
    """Events on their way; the service delivers them a moment later, not within the request."""

    def __init__(self, deployment: Deployment, calls: Calls, now: Callable[[], float]) -> None:
        self._deployment = deployment
        self._calls = calls
        self._now = now
        self._waiting: deque[tuple[dict[str, Any], dict[str, Any]]] = deque()

    def watch(self, request: AwsRequest) -> None:
        """Note what a successful request did to an object, for every configuration that wants to know."""
        name = EVENTS.get(request.operation)
        if request.service != "s3" or name is None:
            return
        bucket, key = bucket_and_key(request.path)
        for configured, entry in self._deployment.notifications:
            if configured == bucket and wildcard(entry["Event"], f"s3:{name}") and _selected(entry, key):
                self._waiting.append((entry, self._record(bucket, key, name, len(request.body))))

    def step(self) -> bool:
        """Deliver one event; False when there is none."""
        if not self._waiting:
            return False
        entry, event = self._waiting.popleft()
        if "Function" in entry:
            self._calls.asynchronously(self._deployment.function(entry["Function"]).logical_id, event)
        else:
            engine.send(self._deployment.region, entry["Queue"], json.dumps(event))
        return True

    def clear(self) -> None:
        """Forget what was on its way."""
        self._waiting.clear()

    def _record(self, bucket: str, key: str, name: str, size: int) -> dict[str, Any]:
        record = {
            "eventVersion": "2.1",
            "eventSource": "aws:s3",
            "awsRegion": self._deployment.region,
            "eventTime": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(self._now())),
            "eventName": name,
            "s3": {
                "s3SchemaVersion": "1.0",
                "bucket": {"name": bucket, "arn": f"arn:aws:s3:::{bucket}"},
                "object": {"key": quote_plus(key, safe="/"), "size": size},
            },
        }
        return {"Records": [record]}


def _selected(entry: dict[str, Any], key: str) -> bool:
    rules = entry.get("Filter", {}).get("S3Key", {}).get("Rules", [])
    checks = {"prefix": key.startswith, "suffix": key.endswith}
    return all(checks[rule["Name"].lower()](rule["Value"]) for rule in rules)
