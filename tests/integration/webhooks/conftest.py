"""A table, a queue, a movable clock and a receiver, for the webhooks by themselves."""

import json
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from infra.local import engine, shortcut
from infra.local.cloud import Cloud
from infra.local.model import Deployment
from tandem import clock, ids
from tandem.aws import table
from tandem.config import settings
from tandem.events import outbox
from tandem.events import service as events
from tandem.events.models import Event, envelope
from tandem.webhooks import delivery_store, sweep
from tandem.webhooks.delivery import attempt
from tandem.webhooks.models import Delivery, DeliveryDue, DeliveryFilter


@dataclass(frozen=True)
class Received:
    """A request that the receiver was sent."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: datetime

    @property
    def event_id(self) -> str:
        return self.headers["webhook-id"]


REGION, TABLE = "eu-west-1", "webhooks"
Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Receiver:
    """A customer's web server: keeps what it gets, answers as it is told to, by path."""

    url: str
    received: list[Received] = field(default_factory=list)
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    default: Answer = (200, {}, b"thanks")

    def answer(self, path: str) -> Answer:
        """The next answer for a path; the last of several stays."""
        waiting = self.answers.get(path, [])
        return (waiting.pop(0) if len(waiting) > 1 else waiting[0]) if waiting else self.default

    def at(self, path: str) -> list[Received]:
        return [each for each in self.received if each.path == path]


@pytest.fixture(scope="session")
def receiver_server() -> Iterator[tuple[ThreadingHTTPServer, Receiver]]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            served.received.append(Received(self.path, headers, body, clock.now()))
            status, extra, answer = served.answer(self.path)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(answer)), **extra}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served = Receiver(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server, served
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def receiver(receiver_server: tuple[ThreadingHTTPServer, Receiver]) -> Receiver:
    _, receiver = receiver_server
    receiver.received.clear()
    receiver.answers.clear()
    receiver.default = (200, {}, b"thanks")
    return receiver


@dataclass
class Platform:
    """The parts of the platform around webhooks, run by hand."""

    clock_file: Path
    queue_url: str
    offset: float = 0.0

    def advance(self, **span: float) -> None:
        """Move the platform's clock forward."""
        self.offset += timedelta(**span).total_seconds()
        self.clock_file.write_bytes(struct.pack("<d", self.offset))

    def happen(self, tenant_id: str, event_type: str = "call.completed", **data: Any) -> Event:
        """Write an event as the core does, without publishing it."""
        moment = clock.now()
        event_id = ids.new_id()
        body = envelope(event_type, moment, {"callId": event_id, "tenant": tenant_id, **data})
        event = Event(event_id, tenant_id, event_type, moment, event_id, body)
        table.transact([outbox.insertion(event)])
        return event

    def publish(self, tenant_id: str, event_type: str = "call.completed", **data: Any) -> Event:
        """Write an event and publish it, as the stream does."""
        event = self.happen(tenant_id, event_type, **data)
        events.publish(event)
        return event

    def hints(self) -> list[tuple[DeliveryDue, int]]:
        """Take all messages off the queue, delayed ones too: message and delay."""
        taken: list[tuple[DeliveryDue, int]] = []
        for message in self._messages():
            held_back = (message.delayed_until - int(message.sent_timestamp)) / 1000 if message.delayed_until else 0
            taken.append((DeliveryDue.model_validate(json.loads(message.body)), round(held_back)))
        return taken

    def _messages(self) -> list[Any]:
        # The cloud's clock is the machine's: the test decides when a delayed message comes.
        queue = engine.queue(REGION, self.queue_url.rsplit("/", 1)[1])
        messages = list(queue._messages)
        queue._messages.clear()
        return messages

    def work(self, *, only_now: bool = True) -> int:
        """Work off the queue's messages (delayed ones are dropped: the sweep must do without them); how many."""
        done = 0
        while hints := [hint for hint, delay in self.hints() if not (only_now and delay)]:
            for hint in hints:
                attempt(hint.tenant_id, hint.endpoint_id, hint.event_id, hint.hops)
                done += 1
        return done

    def tick(self) -> None:
        """What runs every minute, and all that follows from it."""
        events.publish_overdue(clock.now())
        sweep.run_due_deliveries(clock.now())
        self.work()

    def delivery(self, tenant_id: str, endpoint_id: str, event: Event) -> Delivery:
        found = delivery_store.get(tenant_id, endpoint_id, event.event_id)
        assert found is not None
        return found

    def deliveries(self, tenant_id: str, endpoint_id: str) -> list[Delivery]:
        """All deliveries of an endpoint, the newest event first."""
        events = list(delivery_store.find(tenant_id, endpoint_id, DeliveryFilter(), 1000, chunk=100))
        return delivery_store.get_many(tenant_id, endpoint_id, events)


def _create_table(cloud: Cloud) -> None:
    strings = [
        {"AttributeName": each, "AttributeType": "S"} for each in ("pk", "sk", "due_shard", "due_at", "of_endpoint")
    ]
    cloud.client("dynamodb").create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=strings,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": table.DUE_INDEX,
                "KeySchema": [
                    {"AttributeName": "due_shard", "KeyType": "HASH"},
                    {"AttributeName": "due_at", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            },
            {
                "IndexName": table.ENDPOINT_INDEX,
                "KeySchema": [
                    {"AttributeName": "of_endpoint", "KeyType": "HASH"},
                    {"AttributeName": "sk", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["type"]},
            },
        ],
    )


def empty_table() -> None:
    """Nothing ever happened."""
    engine.table(REGION, TABLE).clear()


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    """An AWS with nothing in it but a table; the whole stack of other tests rests meanwhile."""
    cloud = Cloud(Deployment(REGION))
    cloud.answers_at_once = lambda: True
    shortcut.install(cloud)
    _create_table(cloud)
    yield cloud
    shortcut.remove(cloud)
    cloud.stop()


@pytest.fixture
def platform(cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    clock_file = tmp_path / "clock"
    clock_file.write_bytes(struct.pack("<d", 0.0))
    empty_table()
    queue_url = cloud.client("sqs").create_queue(QueueName="webhooks")["QueueUrl"]
    environment = {
        "STAGE": "local",
        "TABLE_NAME": TABLE,
        "WEBHOOK_EGRESS_ALLOW": "127.0.0.0/8",
        "WEBHOOK_QUEUE_URL": queue_url,
        "TANDEM_CLOCK_FILE": str(clock_file),
        "AWS_ENDPOINT_URL": cloud.url,
        "AWS_ACCESS_KEY_ID": f"test{id(cloud)}",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "POWERTOOLS_METRICS_NAMESPACE": "Tandem",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    yield Platform(clock_file, queue_url)
    engine.purge(engine.queue(REGION, "webhooks"))
    settings.cache_clear()
