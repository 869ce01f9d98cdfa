"""Access tokens that are none of ours, no more or not yet, in every way that we know of."""

import base64
import json
from collections.abc import Callable
from typing import Any

import jwt
import pytest

from infra.local.gateway import Response
from infra.local.stack import Stack
from tests.integration.doors import leap
from tests.integration.people import Visitor, owner_of

ME = "/api/auth/me"


def _signing_key() -> Any:
    from moto.utilities.utils import load_resource

    return jwt.PyJWK(load_resource("cognitoidp/resources/jwks-private.json"), algorithm="RS256").key


def _signed(claims: dict[str, Any], key: Any = None, **header: Any) -> str:
    kid = {"kid": "dummy", **header}
    return jwt.encode(claims, key or _signing_key(), algorithm=kid.pop("alg", "RS256"), headers=kid)


def _part(values: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def _changed(**change: Any) -> Callable[[dict[str, Any]], str]:
    def forge(claims: dict[str, Any]) -> str:
        changed = {name: value for name, value in {**claims, **change}.items() if value is not None}
        return _signed(changed)

    return forge


def _by_another_key(claims: dict[str, Any]) -> str:
    from cryptography.hazmat.primitives.asymmetric import rsa

    return _signed(claims, rsa.generate_private_key(65537, 2048))


def _hashed_with_the_public_key(claims: dict[str, Any]) -> str:
    import hashlib
    import hmac

    from cryptography.hazmat.primitives import serialization

    public = _signing_key().public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    text = f"{_part({'alg': 'HS256', 'typ': 'JWT', 'kid': 'dummy'})}.{_part(claims)}"
    mac = hmac.new(pem, text.encode(), hashlib.sha256).digest()
    return f"{text}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


def _unsigned(claims: dict[str, Any]) -> str:
    return f"{_part({'alg': 'none', 'typ': 'JWT', 'kid': 'dummy'})}.{_part(claims)}."


def _altered(claims: dict[str, Any]) -> str:
    header, _, signature = _signed(claims).split(".")
    return f"{header}.{_part({**claims, 'username': 'somebody'})}.{signature}"


def _with_its_own_key(claims: dict[str, Any]) -> str:
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(65537, 2048)
    return _signed(claims, key, jwk=json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key())))


FORGED: dict[str, Callable[[dict[str, Any]], str]] = {
    "another algorithm of the same key": lambda claims: _signed(claims, alg="RS512"),
    "a padding that is not pinned": lambda claims: _signed(claims, alg="PS256"),
    "no algorithm": _unsigned,
    "the public key as a password": _hashed_with_the_public_key,
    "another key": _by_another_key,
    "a key that it brings along": _with_its_own_key,
    "a key id that nobody gave out": lambda claims: _signed(claims, kid="forged"),
    "a key id that is a path": lambda claims: _signed(claims, kid="../../dev/null"),
    "other claims than were signed": _altered,
    "another issuer": _changed(iss="https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_other"),
    "no issuer": _changed(iss=None),
    "another client": _changed(client_id="other"),
    "no client": _changed(client_id=None),
    "an id token": _changed(token_use="id"),
    "no use": _changed(token_use=None),
    "no end": _changed(exp=None),
    "an end that is no time": _changed(exp="never"),
    "no person": _changed(sub=None),
    "no login": _changed(origin_jti=None),
    "another login": _changed(origin_jti="6f9c1c5e-2f3c-4b43-9f38-2b6a1c1a4d5e"),
}


@pytest.mark.parametrize("kind", FORGED)
def test_a_token_that_is_not_ours_opens_nothing(stack: Stack, kind: str) -> None:
    _, ada = owner_of(stack, "acme")
    claims = _claims(ada)
    assert _with_token(stack, _signed(claims)).status == 200, "the forger's tools work"
    answer = _with_token(stack, FORGED[kind](claims))
    assert (answer.status, answer.json()["code"]) == (401, "AUTH_INVALID")
    by_cookie = stack.request("GET", ME, headers={"cookie": f"tandem_session={FORGED[kind](claims)}"})
    assert by_cookie.status == 401


def test_a_token_past_its_end_says_so(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    claims = _claims(ada)
    answer = _with_token(stack, _signed({**claims, "exp": int(stack.clock.now()) - 1}))
    assert (answer.status, answer.json()["code"]) == (401, "AUTH_EXPIRED")


def test_the_person_of_a_token_has_the_rights_of_no_other(stack: Stack) -> None:
    """Even who could sign tokens would need a login that is theirs."""
    workspace, ada = owner_of(stack, "acme")
    _, eve = owner_of(stack, "evil")
    claims = _claims(eve)
    mixed = _with_token(stack, _signed({**claims, "origin_jti": _claims(ada)["origin_jti"]}))
    assert mixed.status in (401, 404)
    assert workspace.tenant_id not in mixed.text


@pytest.mark.parametrize(
    "junk", ["eyJ.eyJ.x", "eyJ..", "eyJhbGciOiJSUzI1NiJ9.e30.", f"eyJ{'a' * 5000}.b.c", "eyJä.b.c"]
)
def test_junk_of_a_tokens_form_costs_no_request(stack: Stack, junk: str) -> None:
    _, ada = owner_of(stack, "acme")
    ada("GET", ME)
    with stack.count_requests() as counted:
        assert _with_token(stack, junk).status == 401
    assert counted.total("dynamodb") == 0


def test_unknown_key_ids_make_us_ask_for_the_keys_once_a_minute(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    claims = _claims(ada)
    ada("GET", ME)
    leap(stack, 61)
    with stack.count_requests() as counted:
        for number in range(5):
            assert _with_token(stack, _signed(claims, kid=f"forged-{number}")).status == 401
    asked = sum(
        n for (_, service, what), n in counted.counts.items() if (service, what) == ("cognito-idp", "GetPublicKeys")
    )
    assert asked == 1


def _claims(person: Visitor) -> dict[str, Any]:
    found: dict[str, Any] = jwt.decode(person.session["accessToken"], options={"verify_signature": False})
    return found


def _with_token(stack: Stack, token: str) -> Response:
    return stack.request("GET", ME, headers={"authorization": f"Bearer {token}"})
