"""DynamoDB and SQS as far as the benchmark asks them: canned answers, at once, on a loopback port.

It runs as a process of its own, on the second processor where there is one, so that what is measured is the handlers'
own work. Nothing of a request is looked at but its target.
"""

import asyncio
import json
import os
import sys
import time
from datetime import UTC, datetime
from typing import Any

from tests.benchmarks.work import CALL_ID, CALL_ITEM, KEY_ITEM, TABLE, typed


def _key() -> dict[str, Any]:
    """The key as it is after being counted: with the counters of this hour and the next, this month's and the next."""
    now = int(time.time())
    counters = {f"w{(now // 3600 + ahead) * 3600}": 7 for ahead in (0, 1)}
    counters |= {f"m{datetime.fromtimestamp(now + ahead, UTC):%Y-%m}": 70 for ahead in (0, 3600)}
    return {"Attributes": typed(KEY_ITEM | counters)}


def answers() -> dict[str, bytes]:
    """The answer to each operation, as it goes over the wire."""
    bodies: dict[str, Any] = {
        "DynamoDB_20120810.UpdateItem": _key(),
        "DynamoDB_20120810.PutItem": {},
        "DynamoDB_20120810.GetItem": {"Item": typed(CALL_ITEM)},
        "DynamoDB_20120810.BatchGetItem": {"Responses": {TABLE: []}, "UnprocessedKeys": {}},
        "DynamoDB_20120810.TransactWriteItems": {},
        "AmazonSQS.SendMessageBatch": {"Successful": [{"Id": "0", "MessageId": CALL_ID}], "Failed": []},
    }
    return {target.lower(): _response(body) for target, body in bodies.items()}


def _response(body: Any) -> bytes:
    content = json.dumps(body).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: {len(content)}\r\n\r\n"
    return head.encode() + content


class Stub(asyncio.Protocol):
    """One connection, kept alive."""

    canned: dict[str, bytes]
    trips: int

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport
        self.received = b""

    def data_received(self, data: bytes) -> None:
        self.received += data
        head, blank, body = self.received.partition(b"\r\n\r\n")
        if not blank:
            return
        headers = {}
        for line in head.decode("latin-1").split("\r\n")[1:]:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        if len(body) < int(headers.get("content-length", 0)):
            return
        self.received = b""
        if "x-amz-target" not in headers:  # the benchmark itself asks how many requests there were
            self.transport.write(_response(type(self).trips))
            return
        type(self).trips += 1
        self.transport.write(self.canned[headers["x-amz-target"].lower()])


async def serve() -> None:
    """Serve until standard input is closed: the benchmark holds its other end."""
    Stub.canned, Stub.trips = answers(), 0
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Stub, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    processors = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {processors[-1]})
    asyncio.run(serve())
