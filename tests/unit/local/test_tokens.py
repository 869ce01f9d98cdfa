"""JWT authorizers: one test per way a token can be wrong."""

from collections.abc import Mapping
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from infra.local import gateway
from infra.local.gateway import Request
from infra.local.http_api import HttpGateway
from infra.local.invocation import Outcome
from infra.local.model import HttpApi, Route
from infra.local.tokens import InvalidToken, TokenCheck

ISSUER = "https://cognito-idp.eu-west-1.amazonaws.com/pool"
SETTINGS = {"issuer": ISSUER, "audience": ["client"]}
NOW = 1_800_000_000.0
KEY = RSAKey.generate_key(2048, {"kid": "k"}, private=True)
OTHER = RSAKey.generate_key(2048, {"kid": "k"}, private=True)


def check() -> TokenCheck:
    def keys(issuer: str) -> Mapping[str, Any]:
        return {"keys": [KEY.as_dict(private=False)]}

    return TokenCheck(keys, lambda: NOW)


def token(key: RSAKey = KEY, **changes: Any) -> str:
    claims = {"iss": ISSUER, "aud": "client", "exp": NOW + 60, "scope": "read write", "sub": "me", **changes}
    return jwt.encode({"alg": "RS256", "kid": "k"}, {k: v for k, v in claims.items() if v is not None}, key)


def test_a_good_token_gives_its_claims_as_text() -> None:
    found = check().claims(f"Bearer {token()}", SETTINGS, ("write",))
    assert found["claims"]["sub"] == "me"
    assert found["claims"]["exp"] == str(NOW + 60)
    assert found["scopes"] == ["read", "write"]


def test_an_access_tokens_client_is_its_audience() -> None:
    assert check().claims(token(aud=None, client_id="client"), SETTINGS, ())["claims"]["client_id"] == "client"


@pytest.mark.parametrize(
    "given",
    [
        None,
        "",
        "Bearer nonsense",
        token(OTHER),
        token(iss="https://elsewhere"),
        token(aud="somebody"),
        token(aud=None),
        token(exp=NOW),
        token(nbf=NOW + 1),
        token()[:-4] + "AAAA",
    ],
)
def test_a_wrong_token_is_unauthorized(given: str | None) -> None:
    with pytest.raises(InvalidToken) as refused:
        check().claims(given, SETTINGS, ())
    assert refused.value.status == 401


def test_a_token_without_the_scope_is_forbidden() -> None:
    with pytest.raises(InvalidToken) as refused:
        check().claims(token(), SETTINGS, ("admin",))
    assert refused.value.status == 403


def test_a_guarded_route_calls_its_function_only_with_a_good_token() -> None:
    seen: list[dict[str, Any]] = []

    def call(function: str, event: dict[str, Any]) -> Outcome:
        seen.append(event)
        return Outcome({"statusCode": 200})

    api = HttpApi("id", [Route("GET", "/x", "F", authorizer="Pool")])
    api.authorizers["Pool"] = {"jwtConfiguration": SETTINGS, "identitySource": "$request.header.Authorization"}
    front = HttpGateway(api, call, lambda: NOW, check())
    assert front.handle(Request("GET", "/x")) == gateway.plain(401, "Unauthorized")
    assert seen == []
    assert front.handle(Request("GET", "/x", headers=(("Authorization", f"Bearer {token()}"),))).status == 200
    assert seen[0]["requestContext"]["authorizer"]["jwt"]["claims"]["sub"] == "me"
