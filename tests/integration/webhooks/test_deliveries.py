"""Deliveries from an event in the table to a request at the customer's server."""

import base64
import hashlib
import hmac
import socket
from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
import standardwebhooks
import svix

from tandem import clock
from tandem.aws import clients
from tandem.webhooks import delivery_store, service
from tandem.webhooks.delivery import attempt
from tandem.webhooks.models import Endpoint, NewEndpoint, Status
from tests.integration.webhooks.conftest import Platform, Receiver

TENANT = "tenant-a"


def register(url: str, tenant_id: str = TENANT, **more: Any) -> Endpoint:
    body = {"name": "A webhook", "url": url, "events": ["call.completed", "call.failed"]} | more
    return service.create_endpoint(tenant_id, NewEndpoint.model_validate(body), actor="tester")


def calls_to_dynamodb(run: Callable[[], object]) -> list[str]:
    made: list[str] = []

    def note(model: Any, **_: Any) -> None:
        made.append(model.name)

    events = clients.dynamodb().meta.events
    events.register("before-call.dynamodb", note)
    run()
    events.unregister("before-call.dynamodb", note)
    return made


def test_an_event_is_delivered_byte_for_byte_and_signed(platform: Platform, receiver: Receiver) -> None:
    endpoint = register(f"{receiver.url}/in?tenant=ä", headers={"X-Own": "yes", "Authorization": "Bearer abc"})
    event = platform.publish(TENANT, note="ünïcode <&> \u2028")
    platform.work()
    (request,) = receiver.received
    assert request.path == "/in?tenant=%C3%A4"
    assert request.body == event.body.encode()
    secret = endpoint.secrets[0].value
    expected = hmac.new(secret.encode(), request.body, hashlib.sha256).hexdigest()
    assert request.headers["x-webhook-signature"] == f"sha256={expected}"
    assert standardwebhooks.Webhook(secret).verify(request.body, request.headers)["event"] == "call.completed"
    svix.Webhook(secret).verify(request.body, request.headers)
    with pytest.raises(svix.WebhookVerificationError):
        svix.Webhook(secret).verify(request.body + b" ", request.headers)
    assert request.headers["webhook-id"] == event.event_id
    assert request.headers["content-type"] == "application/json"
    assert request.headers["user-agent"] == "Tandem-Webhooks/1.0"
    assert (request.headers["x-own"], request.headers["authorization"]) == ("yes", "Bearer abc")
    done = platform.delivery(TENANT, endpoint.endpoint_id, event)
    assert (done.status, done.excerpt, done.due_at, len(done.attempts)) == (Status.SUCCESS, "thanks", None, 1)
    assert (done.attempts[0].status, done.attempts[0].error) == (200, None)


def test_the_recipe_of_the_documentation_verifies_a_delivery_and_nothing_else(
    platform: Platform, receiver: Receiver
) -> None:
    document = (Path(__file__).parents[3] / "docs/events.md").read_text()
    names: dict[str, Any] = {"base64": base64, "hashlib": hashlib, "hmac": hmac}
    exec(document.partition("```python\n")[2].partition("```")[0], names)
    is_genuine = names["is_genuine"]
    endpoint = register(receiver.url)
    platform.publish(TENANT)
    platform.work()
    (request,) = receiver.received
    secret = endpoint.secrets[0].value
    assert is_genuine(secret, request.headers, request.body)
    assert not is_genuine(secret, request.headers, request.body + b" ")
    assert not is_genuine(secret, request.headers | {"webhook-id": "other"}, request.body)
    assert not is_genuine(register(receiver.url).secrets[0].value, request.headers, request.body)


def test_the_timestamp_is_the_machines_even_where_the_platforms_clock_was_moved(
    platform: Platform, receiver: Receiver
) -> None:
    endpoint = register(receiver.url)
    platform.advance(days=40)
    platform.publish(TENANT)
    platform.work()
    (request,) = receiver.received
    standardwebhooks.Webhook(endpoint.secrets[0].value).verify(request.body, request.headers)


def test_a_delivery_takes_four_round_trips_to_the_database(platform: Platform, receiver: Receiver) -> None:
    endpoint = register(receiver.url)
    event = platform.publish(TENANT)
    made = calls_to_dynamodb(lambda: attempt(TENANT, endpoint.endpoint_id, event.event_id))
    assert made == ["UpdateItem"] * 4
    assert len(receiver.received) == 1


def test_only_endpoints_of_the_tenant_that_subscribed_are_sent_an_event(platform: Platform, receiver: Receiver) -> None:
    register(f"{receiver.url}/completed", events=["call.completed"])
    register(f"{receiver.url}/failed", events=["call.failed"])
    register(f"{receiver.url}/stranger", tenant_id="tenant-b")
    platform.publish(TENANT, "call.completed")
    platform.work()
    assert [request.path for request in receiver.received] == ["/completed"]


def test_publishing_and_hints_repeated_make_one_request(platform: Platform, receiver: Receiver) -> None:
    endpoint = register(receiver.url)
    event = platform.publish(TENANT)
    for _ in range(3):
        service.fan_out(event)
    assert len(platform.hints()) == 4
    for _ in range(4):
        attempt(TENANT, endpoint.endpoint_id, event.event_id)
    platform.tick()
    assert len(receiver.received) == 1


def test_an_event_that_was_never_published_is_found_by_the_sweep(platform: Platform, receiver: Receiver) -> None:
    register(receiver.url)
    event = platform.happen(TENANT)
    platform.tick()
    assert receiver.received == []
    platform.advance(seconds=61)
    platform.tick()
    assert [request.event_id for request in receiver.received] == [event.event_id]
    platform.advance(seconds=61)
    platform.tick()
    assert len(receiver.received) == 1


def test_a_lost_hint_is_made_up_for_by_the_sweep(platform: Platform, receiver: Receiver) -> None:
    register(receiver.url)
    event = platform.publish(TENANT)
    assert len(platform.hints()) == 1
    platform.tick()
    assert [request.event_id for request in receiver.received] == [event.event_id]


SUCCESSES = [200, 201, 202, 204, 206, 299]
FAILURES = [
    300, 301, 302, 303, 304, 307, 308, 400, 401, 402, 403, 404, 405, 408, 409, 413, 418, 422, 425, 429, 451, 499,
    500, 501, 502, 503, 504, 520, 599,
]  # fmt: skip


@pytest.mark.parametrize("status", SUCCESSES)
def test_any_2xx_is_success(status: int, platform: Platform, receiver: Receiver) -> None:
    receiver.default = (status, {}, b"")
    endpoint = register(receiver.url)
    event = platform.publish(TENANT)
    platform.work()
    done = platform.delivery(TENANT, endpoint.endpoint_id, event)
    assert (done.status, done.attempts[0].status, done.due_at) == (Status.SUCCESS, status, None)


@pytest.mark.parametrize("status", FAILURES)
def test_anything_else_is_failure_and_tried_again(status: int, platform: Platform, receiver: Receiver) -> None:
    receiver.default = (status, {"Location": f"{receiver.url}/elsewhere"}, b"")
    endpoint = register(f"{receiver.url}/in")
    event = platform.publish(TENANT)
    platform.work()
    waiting = platform.delivery(TENANT, endpoint.endpoint_id, event)
    assert (waiting.status, waiting.attempts[0].status) == (Status.PENDING, status)
    assert waiting.due_at is not None
    assert 4 <= (waiting.due_at - waiting.attempts[0].at).total_seconds() <= 8
    assert [request.path for request in receiver.received] == ["/in"]
    receiver.default = (200, {}, b"")
    platform.advance(seconds=7)
    platform.tick()
    assert platform.delivery(TENANT, endpoint.endpoint_id, event).status is Status.SUCCESS
    assert receiver.received[0].event_id == receiver.received[1].event_id


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("value", "least", "most"),
    [
        ("120", 119, 120),
        ("DATE+120", 100, 121),
        ("1", 3, 6),
        ("0", 3, 6),
        ("-5", 3, 6),
        ("soon", 3, 6),
        ("DATE-120", 3, 6),
        ("999999999999999999999", 86_398, 86_400),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86_398, 86_400),
    ],
)
def test_retry_after_lengthens_the_pause_within_bounds(
    status: int, value: str, least: float, most: float, platform: Platform, receiver: Receiver
) -> None:
    if value.startswith("DATE"):
        value = format_datetime(clock.now() + timedelta(seconds=int(value[4:])), usegmt=True)
    receiver.default = (status, {"Retry-After": value}, b"")
    endpoint = register(receiver.url)
    event = platform.publish(TENANT)
    platform.work()
    waiting = platform.delivery(TENANT, endpoint.endpoint_id, event)
    assert waiting.due_at is not None
    assert least <= (waiting.due_at - waiting.attempts[0].at).total_seconds() <= most + 2


def closed_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return f"http://127.0.0.1:{taken.getsockname()[1]}/"


@pytest.mark.parametrize(
    ("url", "word"),
    [
        (lambda receiver: closed_port(), "connection"),
        (lambda receiver: receiver.url.replace("http:", "https:"), "tls"),
        (lambda receiver: "https://nowhere.invalid/", "dns"),
        (lambda receiver: "https://0x0a000001/", "address_refused"),
        (lambda receiver: "https://0251.0376.0251.0376/latest/meta-data/", "address_refused"),
    ],
)
def test_a_receiver_that_cannot_be_reached_is_a_failure_with_a_word(
    url: Callable[[Receiver], str], word: str, platform: Platform, receiver: Receiver
) -> None:
    endpoint = register(url(receiver))
    event = platform.publish(TENANT)
    platform.work()
    waiting = platform.delivery(TENANT, endpoint.endpoint_id, event)
    assert (waiting.status, waiting.attempts[0].status, waiting.attempts[0].error) == (Status.PENDING, None, word)
    assert receiver.received == []


def run_to_the_end(platform: Platform, endpoint: Endpoint, event_id: str) -> list[float]:
    """Jump from one attempt to the next; the seconds between them."""
    pauses: list[float] = []
    while (row := delivery_store.get(TENANT, endpoint.endpoint_id, event_id)) and row.due_at is not None:
        pause = (row.due_at - clock.now()).total_seconds()
        if row.attempts:
            pauses.append((row.due_at - row.attempts[-1].at).total_seconds())
        platform.advance(seconds=max(0, pause))
        attempt(TENANT, endpoint.endpoint_id, event_id)
    return pauses


def test_the_default_schedule_makes_ten_attempts_over_three_days(platform: Platform, receiver: Receiver) -> None:
    receiver.default = (500, {}, b"no")
    endpoint = register(receiver.url)
    event = platform.publish(TENANT)
    pauses = run_to_the_end(platform, endpoint, event.event_id)
    assert len(receiver.received) == 10
    assert 64 * 3600 <= sum(pauses) <= 72 * 3600 + 60
    given_up = platform.delivery(TENANT, endpoint.endpoint_id, event)
    assert (given_up.status, len(given_up.attempts)) == (Status.FAILED, 10)
    assert len({request.event_id for request in receiver.received}) == 1
    platform.advance(days=2)
    platform.tick()
    assert len(receiver.received) == 10


@pytest.mark.parametrize(
    ("policy", "pauses"),
    [
        ({"maxRetries": 0, "backoffStrategy": "linear"}, []),
        ({"maxRetries": 3, "backoffStrategy": "linear"}, [5, 10, 15]),
        ({"maxRetries": 10, "backoffStrategy": "linear"}, [5, 10, 15, 20, 25, 30, 35, 40, 45, 50]),
        ({}, [2, 4, 8]),
        ({"maxRetries": 10}, [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]),
    ],
)
def test_a_customers_policy_is_kept_to_the_second(
    policy: dict[str, Any], pauses: list[int], platform: Platform, receiver: Receiver
) -> None:
    receiver.default = (500, {}, b"")
    endpoint = register(receiver.url, retryPolicy=policy)
    event = platform.publish(TENANT)
    measured = run_to_the_end(platform, endpoint, event.event_id)
    assert measured == pytest.approx(pauses, abs=1.9)
    assert len(receiver.received) == len(pauses) + 1
    assert platform.delivery(TENANT, endpoint.endpoint_id, event).status is Status.FAILED


def test_short_pauses_are_hinted_and_long_ones_left_to_the_sweep(platform: Platform, receiver: Receiver) -> None:
    receiver.default = (500, {}, b"")
    endpoint = register(receiver.url, retryPolicy={"maxRetries": 10})
    event = platform.publish(TENANT)
    (first,) = platform.hints()
    assert first[1] == 0
    delays: list[list[int]] = []
    hops = 0
    for _ in range(10):
        attempt(TENANT, endpoint.endpoint_id, event.event_id, hops)
        row = platform.delivery(TENANT, endpoint.endpoint_id, event)
        sent = platform.hints()
        hops = sent[0][0].hops if sent else hops
        delays.append([delay for _, delay in sent])
        assert row.due_at is not None
        platform.advance(seconds=(row.due_at - clock.now()).total_seconds())
    assert delays == [[2], [4], [8], [16], [32], [64], [128], [256], [512], []]
    assert hops == 9


def test_a_hint_that_comes_early_does_nothing(platform: Platform, receiver: Receiver) -> None:
    receiver.default = (500, {}, b"")
    endpoint = register(receiver.url)
    event = platform.publish(TENANT)
    platform.work()
    assert calls_to_dynamodb(lambda: attempt(TENANT, endpoint.endpoint_id, event.event_id)) == ["UpdateItem"]
    assert len(receiver.received) == 1
