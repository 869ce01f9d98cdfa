"""The tokens of Twilio's browser clients, beside those of the official library."""

import json
from base64 import urlsafe_b64decode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant

from tandem import clock
from tandem.carriers.twilio import Account, Twilio
from tandem.errors import Conflict

OWN = "+13125550100"


def _parts(token: str) -> tuple[Any, Any]:
    header, claims, _ = token.split(".")
    return tuple(json.loads(urlsafe_b64decode(part + "==")) for part in (header, claims))  # type: ignore[return-value]


def test_a_browsers_token_is_the_one_of_the_official_library() -> None:
    keys = {"api_key_sid": "SK" + "b" * 32, "api_key_secret": "test-api-secret-not-real-0000000001"}
    application = "AP" + "c" * 32
    carrier = Twilio(Account("AC" + "a" * 32, "t", **keys, application_sid=application))
    token = carrier.client_token("agent_7", 3600, OWN)
    header, claims = _parts(token.token)
    official = AccessToken("AC" + "a" * 32, *keys.values(), identity="agent_7", ttl=3600, nbf=claims["nbf"])
    official.add_grant(
        VoiceGrant(True, outgoing_application_sid=application, outgoing_application_params={"number": OWN})
    )
    expected_header, expected = _parts(official.to_jwt())
    assert header == expected_header
    assert claims | {"exp": 0, "jti": ""} == expected | {"exp": 0, "jti": ""}
    assert claims["exp"] == claims["nbf"] + 3600 == token.expires_at.timestamp()
    assert claims["jti"] == f"{keys['api_key_sid']}-{claims['nbf']}"
    assert AccessToken.from_jwt(token.token, keys["api_key_secret"]).payload["grants"] == claims["grants"]
    assert abs(datetime.now(UTC) - datetime.fromtimestamp(claims["nbf"], UTC)) < timedelta(seconds=5)


def test_a_token_lasts_a_day_at_most() -> None:
    account = Account("AC1", "t", "SK1", "s" * 32, "AP1")
    token = Twilio(account).client_token("a", 10**6, OWN)
    assert token.expires_at <= clock.now() + timedelta(days=1)


@pytest.mark.parametrize("missing", ["api_key_sid", "api_key_secret", "application_sid"])
def test_an_account_without_keys_has_no_browser_clients(missing: str) -> None:
    fields = {"api_key_sid": "SK1", "api_key_secret": "s", "application_sid": "AP1", missing: ""}
    with pytest.raises(Conflict) as conflict:
        Twilio(Account("AC1", "t", **fields)).client_token("agent_7", 60, OWN)
    assert (conflict.value.status, conflict.value.code) == (409, "CARRIER_HAS_NO_CLIENTS")
