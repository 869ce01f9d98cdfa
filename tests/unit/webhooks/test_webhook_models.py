"""What a registration may say."""

from typing import Any

import pytest
from pydantic import ValidationError

from tandem.webhooks.models import EVENT_TYPES, Backoff, EndpointChange, NewEndpoint

GOOD: dict[str, Any] = {"name": "CRM", "url": "https://customer.example/in", "events": ["call.completed"]}


def test_a_registration_is_read() -> None:
    wanted = NewEndpoint.model_validate(
        GOOD | {"events": ["call.failed", "call.completed", "call.failed"], "headers": {"Authorization": "Bearer x"}}
    )
    assert wanted.events == ["call.completed", "call.failed"]
    assert wanted.headers == {"Authorization": "Bearer x"}
    assert wanted.retry_policy is None
    policy = NewEndpoint.model_validate(GOOD | {"retryPolicy": {}}).retry_policy
    assert policy is not None
    assert (policy.max_retries, policy.backoff_strategy) == (3, Backoff.EXPONENTIAL)


def test_every_event_can_be_subscribed_to() -> None:
    assert NewEndpoint.model_validate(GOOD | {"events": list(EVENT_TYPES)}).events == sorted(EVENT_TYPES)
    assert len(EVENT_TYPES) == 19


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": "x" * 101},
        {"name": "a\nb"},
        {"name": 1},
        {"url": "ftp://customer.example/"},
        {"url": "https://user@customer.example/"},
        {"url": "https://customer.example/" + "x" * 2048},
        {"url": None},
        {"events": []},
        {"events": "call.completed"},
        {"events": ["call.exploded"]},
        {"events": ["*"]},
        {"events": [1]},
        {"events": ["call.completed"] * 51},
        {"headers": {"Host": "x"}},
        {"headers": {"content-LENGTH": "1"}},
        {"headers": {"Content-Type": "text/plain"}},
        {"headers": {"Transfer-Encoding": "chunked"}},
        {"headers": {"User-Agent": "x"}},
        {"headers": {"webhook-id": "x"}},
        {"headers": {"X-Webhook-Signature": "x"}},
        {"headers": {"Proxy-Authorization": "x"}},
        {"headers": {"a b": "x"}},
        {"headers": {"": "x"}},
        {"headers": {"ä": "x"}},
        {"headers": {"a": "x\r\nInjected: 1"}},
        {"headers": {"a": "ü"}},
        {"headers": {"a": "x" * 1001}},
        {"headers": {"a": 1}},
        {"headers": {"a": "1", "A": "2"}},
        {"headers": {f"h{number}": "x" for number in range(21)}},
        {"headers": []},
        {"retryPolicy": {"maxRetries": 11}},
        {"retryPolicy": {"maxRetries": -1}},
        {"retryPolicy": {"maxRetries": "3"}},
        {"retryPolicy": {"maxRetries": True}},
        {"retryPolicy": {"backoffStrategy": "fibonacci"}},
        {"retryPolicy": {"jitter": 1}},
        {"secret": "whsec_mine"},
        {"tenantId": "another"},
    ],
)
def test_a_registration_against_a_rule_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        NewEndpoint.model_validate(GOOD | change)


@pytest.mark.parametrize("missing", ["name", "url", "events"])
def test_a_registration_needs_name_url_and_events(missing: str) -> None:
    with pytest.raises(ValidationError):
        NewEndpoint.model_validate({name: value for name, value in GOOD.items() if name != missing})


def test_a_change_names_something() -> None:
    with pytest.raises(ValidationError):
        EndpointChange.model_validate({})
    assert EndpointChange.model_validate({"isActive": False}).is_active is False
