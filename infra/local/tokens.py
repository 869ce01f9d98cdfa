"""JWT authorizers: signature, issuer, audience, lifetime and scopes, as an HTTP API checks them."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

Keys = Callable[[str], Mapping[str, Any]]


class InvalidToken(Exception):
    """A token the authorizer refuses, with the status the gateway answers."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class TokenCheck:
    """Checks tokens against an issuer's published keys. `now` is the platform's clock."""

    def __init__(self, keys: Keys, now: Callable[[], float]) -> None:
        self._keys = keys
        self._now = now

    def claims(self, header: str | None, settings: Mapping[str, Any], scopes: Sequence[str]) -> dict[str, Any]:
        """What goes into requestContext.authorizer.jwt."""
        token = (header or "").removeprefix("Bearer ").removeprefix("bearer ").strip()
        if not token:
            raise InvalidToken(401, "Unauthorized")
        try:
            keys = KeySet.import_key_set(self._keys(settings["issuer"]))  # type: ignore[arg-type]
            claims = jwt.decode(token, keys, algorithms=["RS256"]).claims
        except (JoseError, ValueError) as refused:
            raise InvalidToken(401, "Unauthorized") from refused
        audience = claims.get("aud", claims.get("client_id"))
        audiences = audience if isinstance(audience, list) else [audience]
        if claims.get("iss") != settings["issuer"] or not set(audiences) & set(settings.get("audience", [])):
            raise InvalidToken(401, "Unauthorized")
        if float(claims.get("exp", 0)) <= self._now() or float(claims.get("nbf", 0)) > self._now():
            raise InvalidToken(401, "Unauthorized")
        granted = str(claims.get("scope", claims.get("scp", ""))).split()
        if scopes and not set(scopes) & set(granted):
            raise InvalidToken(403, "Forbidden")
        plain = {key: value if isinstance(value, str) else json.dumps(value) for key, value in claims.items()}
        return {"claims": plain, "scopes": granted or None}
