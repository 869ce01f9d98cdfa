"""POST /api/v1/webhooks/{webhook_id}/rotate-secret."""

import base64
import hashlib
import hmac

import pytest
import standardwebhooks

from infra.local.receiver import Received
from tests.integration.conftest import Client
from tests.integration.doors import contents, leap, listening
from tests.integration.platform.hooks import done, happen, register


def signed_by(one: Received) -> tuple[str, list[str]]:
    """What `X-Webhook-Signature` and `webhook-signature` say."""
    return one.headers["x-webhook-signature"], one.headers["webhook-signature"].split()


def by(secret: str, one: Received, raw: bytes) -> tuple[str, str]:
    """The two signatures that a secret makes, by the documented recipe."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    text = f"{one.headers['webhook-id']}.{one.headers['webhook-timestamp']}.".encode() + raw
    standard = base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
    return "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest(), f"v1,{standard}"


def body_of(client: Client) -> bytes:
    return str(client.items("DELIVERY#")[-1]["body"]).encode()


def test_both_secrets_sign_during_the_overlap_and_the_new_one_alone_after_it(demo: Client) -> None:
    with listening() as receiver:
        path = register(demo, receiver)
        old = receiver.secret
        told = done(demo, "POST", f"{path}/rotate-secret")
        new = told["secret"]
        assert set(told) == {"_id", "secret", "previousSecretExpiresAt"}
        assert new not in (None, old)
        happen(demo)
        during, raw = receiver.received[-1], body_of(demo)
        first, both = signed_by(during)
        assert first == by(new, during, raw)[0]
        assert both == [by(new, during, raw)[1], by(old, during, raw)[1]]
        for secret in (old, new):
            standardwebhooks.Webhook(secret).verify(raw, during.headers)
        leap(demo.stack, 24 * 3600 + 1)
        happen(demo)
        after, raw = receiver.received[-1], body_of(demo)
        assert signed_by(after) == (by(new, after, raw)[0], [by(new, after, raw)[1]])


@pytest.mark.parametrize(("hours", "still"), [("0", 1), ("1", 2), ("168", 2)])
def test_the_overlap_may_be_chosen(hours: str, still: int, demo: Client) -> None:
    with listening() as receiver:
        path = register(demo, receiver)
        done(demo, "POST", f"{path}/rotate-secret?overlapHours={hours}")
        happen(demo)
        assert len(signed_by(receiver.received[-1])[1]) == still


@pytest.mark.parametrize("hours", ["-1", "169", "1.5", "x", ""])
def test_an_overlap_out_of_range_is_refused(hours: str, demo: Client) -> None:
    path = register(demo, "https://example.com/a")
    before = contents(demo.stack)
    answer = demo("POST", f"{path}/rotate-secret?overlapHours={hours}")
    assert answer.status == 422
    assert [field["field"] for field in answer.json()["error"]["details"]["fields"]] == ["overlapHours"]
    assert contents(demo.stack) == before


def test_the_secret_is_shown_once_and_stands_in_no_audit_entry(demo: Client) -> None:
    path = register(demo, "https://example.com/a")
    secret = done(demo, "POST", f"{path}/rotate-secret")["secret"]
    assert secret not in demo("GET", path).text
    assert [entry["action"] for entry in demo.items("AUDIT#")] == ["webhook.create", "webhook.rotate_secret"]
    assert secret not in str(demo.items("AUDIT#"))


def test_five_secrets_at_once_are_enough(demo: Client) -> None:
    path = register(demo, "https://example.com/a")
    for _ in range(4):
        done(demo, "POST", f"{path}/rotate-secret")
    answer = demo("POST", f"{path}/rotate-secret")
    assert (answer.status, answer.json()["code"]) == (409, "CONFLICT")


def test_another_workspaces_webhook_is_not_found_and_stays(demo: Client, other: Client) -> None:
    path = register(demo, "https://example.com/a")
    before = contents(demo.stack)
    assert other("POST", f"{path}/rotate-secret").status == 404
    assert contents(demo.stack) == before
