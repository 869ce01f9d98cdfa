"""Signatures against the published vector and the receivers' own libraries."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest
import standardwebhooks
import svix
from hypothesis import given
from hypothesis import strategies as st

from tandem.webhooks.signing import new_secret, signed_headers


def test_the_official_vector_is_met() -> None:
    headers = signed_headers(
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        event_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        sent_at=1614265330,
        body=b'{"test": 2432232314}',
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == ("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330")


@given(data=st.dictionaries(st.text(), st.text() | st.integers() | st.none()), count=st.integers(1, 5))
def test_both_libraries_accept_every_live_secret(data: dict[str, object], count: int) -> None:
    secrets = [new_secret() for _ in range(count)]
    body = json.dumps(data, ensure_ascii=False).encode()
    headers = signed_headers(secrets, event_id="e1", sent_at=int(datetime.now(UTC).timestamp()), body=body)
    for secret in secrets:
        assert standardwebhooks.Webhook(secret).verify(body, headers) == data
        svix.Webhook(secret).verify(body, headers)
    expected = hmac.new(secrets[0].encode(), body, hashlib.sha256).hexdigest()
    assert headers["X-Webhook-Signature"] == f"sha256={expected}"


@pytest.mark.parametrize("part", ["body", "webhook-id", "webhook-timestamp", "secret"])
def test_what_was_changed_on_the_way_is_not_accepted(part: str) -> None:
    secret, body = new_secret(), b'{"a":1}'
    moment = int(datetime.now(UTC).timestamp())
    headers = signed_headers([secret], event_id="e1", sent_at=moment, body=body)
    if part == "body":
        body = b'{"a":2}'
    elif part == "secret":
        secret = new_secret()
    else:
        headers[part] = {"webhook-id": "e2", "webhook-timestamp": str(moment + 1)}[part]
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        standardwebhooks.Webhook(secret).verify(body, headers)


def test_secrets_are_32_random_bytes() -> None:
    secrets = {new_secret() for _ in range(100)}
    assert len(secrets) == 100
    for secret in secrets:
        assert secret.startswith("whsec_")
        assert len(base64.b64decode(secret[6:], validate=True)) == 32
