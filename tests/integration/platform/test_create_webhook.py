"""POST /api/v1/webhooks."""

import base64
from typing import Any

import pytest

from infra.local.stack import Stack
from tandem.webhooks.models import MOST_ENDPOINTS
from tests.integration.conftest import Client
from tests.integration.doors import CREATE_WEBHOOK, contents, listening, make_key
from tests.integration.platform.hooks import FIELDS, PATH, done, happen, register

GOOD: dict[str, Any] = dict(CREATE_WEBHOOK.body or {})


def fields_of(answer: Any) -> list[dict[str, str]]:
    assert answer.status == 422, answer.text
    fields: list[dict[str, str]] = answer.json()["error"]["details"]["fields"]
    return fields


def test_a_webhook_is_answered_whole_with_its_secret(demo: Client) -> None:
    wanted = {
        **GOOD,
        "events": ["customer.updated", "call.failed", "call.failed"],
        "headers": {"Authorization": "Bearer abc"},
        "retryPolicy": {"maxRetries": 5, "backoffStrategy": "linear"},
    }
    answer = demo("POST", PATH, json=wanted)
    assert (answer.status, answer.json()["success"]) == (201, True)
    data = answer.json()["data"]
    assert set(data) == FIELDS | {"secret"}
    assert data["secret"].startswith("whsec_")
    assert len(base64.b64decode(data["secret"].removeprefix("whsec_"))) == 32
    assert {name: data[name] for name in wanted} == {**wanted, "events": ["call.failed", "customer.updated"]}
    assert (data["isActive"], data["pausedAt"], data["source"]) == (True, None, None)
    assert data["createdAt"] == data["updatedAt"]
    (entry,) = demo.items("AUDIT#")
    assert (entry["action"], entry["subject"]) == ("webhook.create", data["_id"])
    assert entry["actor"].startswith("key:")
    assert data["secret"] not in str(entry)


def test_a_policy_that_says_nothing_is_three_retries(demo: Client) -> None:
    assert done(demo, "POST", PATH, **GOOD)["retryPolicy"] is None
    policy = done(demo, "POST", PATH, **GOOD, retryPolicy={"maxRetries": 3})["retryPolicy"]
    assert policy == {"maxRetries": 3, "backoffStrategy": "exponential"}


def test_an_event_arrives_and_the_documented_recipe_verifies_it(demo: Client) -> None:
    with listening() as receiver:
        register(demo, receiver, headers={"X-Own": "yes"})
        happen(demo)
        (one,) = receiver.received
        assert one.genuine
        assert one.headers["x-own"] == "yes"
        assert (one.body["event"], one.body["data"]["profile"]["firstName"]) == ("customer.created", "Ada")
        assert one.body["timestamp"].endswith("Z")


def test_a_wrong_secret_verifies_nothing(demo: Client) -> None:
    with listening() as receiver:
        register(demo, receiver)
        receiver.secret = "whsec_" + base64.b64encode(bytes(32)).decode()
        happen(demo)
        assert [one.genuine for one in receiver.received] == [False]


def test_all_unknown_events_are_named(demo: Client) -> None:
    (field,) = fields_of(demo("POST", PATH, json=GOOD | {"events": ["call.failed", "b.exploded", "a.*"]}))
    assert field["field"] == "events"
    assert "no such event: a.*, b.exploded" in field["message"]


@pytest.mark.parametrize("name", ["Host", "content-length", "X-Webhook-Signature", "webhook-id", "User-Agent"])
def test_a_header_that_is_ours_is_refused_by_name(name: str, demo: Client) -> None:
    (field,) = fields_of(demo("POST", PATH, json=GOOD | {"headers": {"X-Own": "1", name: "x"}}))
    assert field["field"] == "headers"
    assert f"the header {name} is ours to set" in field["message"]


@pytest.mark.parametrize(
    "url", ["https://10.0.0.1/", "https://169.254.169.254/", "https://[::ffff:10.0.0.1]/", "https://8.8.8.8:22/"]
)
def test_an_address_that_is_never_delivered_to_is_refused_at_once(url: str, demo: Client) -> None:
    before = contents(demo.stack)
    (field,) = fields_of(demo("POST", PATH, json=GOOD | {"url": url}))
    assert field["field"] == "url"
    assert contents(demo.stack) == before


def test_where_nothing_private_is_allowed_only_https_will_do(demo: Client, stack: Stack) -> None:
    environment = stack.variables(stack.functions["PlatformCreateWebhook"])
    kept, environment["WEBHOOK_EGRESS_ALLOW"] = environment["WEBHOOK_EGRESS_ALLOW"], ""
    try:
        for url in ("http://example.com/", "https://127.0.0.1/"):
            assert [field["field"] for field in fields_of(demo("POST", PATH, json=GOOD | {"url": url}))] == ["url"]
        assert demo("POST", PATH, json=GOOD).status == 201
    finally:
        environment["WEBHOOK_EGRESS_ALLOW"] = kept


def test_a_workspace_has_so_many_webhooks_and_no_more(demo: Client, other: Client) -> None:
    for _ in range(MOST_ENDPOINTS):
        done(demo, "POST", PATH, **GOOD)
    answer = demo("POST", PATH, json=GOOD)
    assert (answer.status, answer.json()["code"]) == (409, "CONFLICT")
    assert other("POST", PATH, json=GOOD).status == 201


def test_only_events_of_the_own_workspace_arrive(demo: Client, other: Client) -> None:
    with listening() as receiver:
        register(demo, receiver)
        happen(other)
        assert receiver.received == []


@pytest.mark.parametrize(
    ("permission", "statuses"),
    [("webhook:manage", (201, 200)), ("write:webhooks", (201, 403)), ("read:webhooks", (403, 200))],
)
def test_managing_is_reading_and_writing(permission: str, statuses: tuple[int, int], demo: Client) -> None:
    key = make_key(demo.stack, demo.workspace.tenant_id, permissions=[permission])
    me = Client(demo.stack, demo.workspace, key)
    assert (me("POST", PATH, json=GOOD).status, me("GET", PATH).status) == statuses


def test_an_answer_that_is_lost_makes_one_webhook(demo: Client, stack: Stack) -> None:
    lost = {"kind": "drop_answer", "service": "dynamodb", "operation": "TransactWriteItems", "times": 1}
    stack.faults.add(lost)
    register(demo, "https://example.com/hooks")
    assert len(demo.items("WEBHOOK#")) == 1
