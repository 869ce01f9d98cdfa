"""Webhooks as tests use them: registered over HTTP, with a receiver on this machine behind them."""

from typing import Any

from infra.local.receiver import Receiver
from tests.integration.conftest import Client

PATH = "/api/v1/webhooks"
FIELDS = {
    "_id", "name", "url", "events", "headers", "retryPolicy", "isActive", "pausedAt", "pausedReason", "failingSince",
    "source", "createdAt", "updatedAt",
}  # fmt: skip
ONCE = {"maxRetries": 0}


def done(client: Client, method: str, path: str, **body: Any) -> dict[str, Any]:
    """What a request that must succeed answers."""
    answer = client(method, path, **({"json": body} if body else {}))
    assert answer.status in (200, 201), answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


def register(client: Client, receiver: Receiver | str, *events: str, **more: Any) -> str:
    """A new webhook, of new customers where nothing else is said; its path. The receiver knows its secret."""
    url = receiver if isinstance(receiver, str) else receiver.url
    made = done(client, "POST", PATH, name="CRM", url=url, events=list(events or ("customer.created",)), **more)
    if isinstance(receiver, Receiver):
        receiver.secret = made["secret"]
    return f"{PATH}/{made['_id']}"


def happen(client: Client, times: int = 1) -> None:
    """New customers, of whom the webhooks are told at once."""
    for _ in range(times):
        done(client, "POST", "/api/v1/customers", profile={"firstName": "Ada"})
        client.stack.settle()


def logged(client: Client, path: str, query: str = "") -> list[dict[str, Any]]:
    """A webhook's log, newest first."""
    logs: list[dict[str, Any]] = done(client, "GET", f"{path}/logs{query}")["logs"]
    return logs


def ids(receiver: Receiver) -> list[str]:
    """The `webhook-id` of each request that came, in order."""
    return [one.headers["webhook-id"] for one in receiver.received]
