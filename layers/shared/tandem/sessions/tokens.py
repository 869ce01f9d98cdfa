"""Access tokens: signed by our user pool, for our client, still good. Anything else is refused."""

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from tandem import clock
from tandem.aws import identity
from tandem.config import settings
from tandem.errors import Unauthenticated
from tandem.records import record

if TYPE_CHECKING:
    from jwt import PyJWK

_ALGORITHM = "RS256"
_LONGEST = 4096
_REQUIRED = ["exp", "iat", "iss", "sub", "token_use", "client_id", "origin_jti"]
_REFETCHED_AFTER = 60
"""Seconds before a key that we do not know makes us ask for the keys again."""


@record
class Claims:
    """What a good token says: who, and by which login (Cognito's `origin_jti`)."""

    user_id: str
    origin: str


def is_token(presented: str) -> bool:
    """Whether a credential is a token by its form: no API key looks like one."""
    return presented.startswith("eyJ") and presented.count(".") == 2


def verified(token: str) -> Claims:
    """What the token says. Raises Unauthenticated, and Unavailable when the keys cannot be had."""
    # Imported here: cryptography is slow to import, and most requests bring an API key.
    import jwt

    if len(token) > _LONGEST:
        raise invalid()
    try:
        header = jwt.get_unverified_header(token)
        if header.get("alg") != _ALGORITHM:
            raise invalid()
        key = _keys(settings().credentials).find(str(header.get("kid", "")))
        if key is None:
            raise invalid()
        # Times are the platform's, so that `exp` is looked at here; that it is there is required.
        options: Any = {"require": _REQUIRED, "verify_exp": False, "verify_iat": False, "verify_nbf": False}
        options |= {"verify_aud": False}  # an access token has none: `client_id` says whom it is for
        claims = jwt.decode(token, key, algorithms=[_ALGORITHM], issuer=identity.issuer(), options=options)
    except jwt.PyJWTError as error:
        raise invalid() from error
    return _accepted(claims)


def _accepted(claims: dict[str, Any]) -> Claims:
    for_us = (claims["token_use"], claims["client_id"]) == ("access", settings().user_pool_client)
    texts = all(isinstance(claims[name], str) and claims[name] for name in ("sub", "origin_jti"))
    if not for_us or not texts or isinstance(claims["exp"], bool) or not isinstance(claims["exp"], int | float):
        raise invalid()
    if claims["exp"] <= clock.timestamp():
        raise expired()
    return Claims(claims["sub"], claims["origin_jti"])


@dataclass
class _Keys:
    """The pool's public keys by their ids, asked for when one is needed that is not known."""

    known: dict[str, "PyJWK"] = field(default_factory=dict)
    asked_at: float = 0.0

    def find(self, kid: str) -> "PyJWK | None":
        """The key of this id, or None. Ids that nobody gave out do not make us ask more than once a minute."""
        if kid not in self.known and (not self.known or abs(clock.timestamp() - self.asked_at) >= _REFETCHED_AFTER):
            self._ask()
        return self.known.get(kid)

    def _ask(self) -> None:
        from jwt import PyJWK

        self.asked_at = clock.timestamp()
        signing = [key for key in identity.published_keys() if key.get("kty") == "RSA" and key.get("use") == "sig"]
        self.known = {str(key["kid"]): PyJWK(key, algorithm=_ALGORITHM) for key in signing}


@cache
def _keys(credentials: str) -> _Keys:
    return _Keys()


def invalid() -> Unauthenticated:
    """The error of what is no session of ours, or is one no more."""
    return Unauthenticated("This session is not valid.", code="AUTH_INVALID")


def expired() -> Unauthenticated:
    """The error of a session that was good once."""
    return Unauthenticated("This session has expired.", code="AUTH_EXPIRED")
