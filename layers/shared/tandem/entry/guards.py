"""Guards: who may call an endpoint. Every endpoint names one; there is no default."""

from collections.abc import Callable
from dataclasses import dataclass

from tandem.address import api_url
from tandem.carriers.base import CarrierRequest, Forged
from tandem.carriers.registry import carrier as carrier_adapter
from tandem.config import settings
from tandem.entry.caller import Caller
from tandem.entry.request import Request
from tandem.errors import Forbidden, Unauthenticated
from tandem.keys.service import PermissionLacking, authenticate
from tandem.tenants.service import open_tenant


@dataclass(frozen=True, slots=True)
class Guard:
    """A check of the request, and what the documentation says of it."""

    check: Callable[[Request], Caller | None]
    permission: str | None
    scheme: str
    """`key`, `carrier` or `none`: the security scheme in OpenAPI."""


def key_or_session(permission: str) -> Guard:
    """An API key (later also a person's session) that has this permission."""

    def check(request: Request) -> Caller:
        key = authenticate(_credential(request))
        if permission not in key.permissions:
            raise PermissionLacking(permission, key.allowance)
        return Caller(
            tenant_id=key.tenant_id,
            actor=f"key:{key.key_id}",
            permissions=key.permissions,
            is_test=key.is_test,
            allowance=key.allowance,
        )

    return Guard(check, permission, "key")


def public(*, because: str) -> Guard:
    """Anyone, for the reason given."""
    if not because:
        raise ValueError("an open endpoint says why")
    return Guard(lambda request: None, None, "none")


def from_carrier(name: str) -> Guard:
    """The carrier of this name, by its signature or token. Anything else is 403."""

    def check(request: Request) -> None:
        try:
            carrier_adapter(name).verify(carrier_request(request))
        except Forged as forgery:
            raise Forbidden(f"This request is not from {name}.") from forgery

    return Guard(check, None, "carrier")


def locally_open(guard: Guard) -> Guard:
    """The guard in every stage but `local`: there a caller without a credential is the demonstration workspace."""

    def check(request: Request) -> Caller | None:
        presented = "authorization" in request.headers or "x-api-key" in request.headers
        if presented or not settings().is_local:
            return guard.check(request)
        return Caller(open_tenant(), "local:open", frozenset(), is_test=False)

    return Guard(check, guard.permission, guard.scheme)


def carrier_request(request: Request) -> CarrierRequest:
    """The request as an adapter takes it: with the public URL that the carrier called."""
    query = f"?{request.raw_query}" if request.raw_query else ""
    return CarrierRequest(
        url=f"{api_url()}{request.path}{query}",
        headers=request.headers,
        body=request.body,
        query=request.query,
    )


def _credential(request: Request) -> str:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    presented = value.strip() if scheme.lower() == "bearer" else request.headers.get("x-api-key", "").strip()
    if not presented:
        raise Unauthenticated(
            "Send an API key as `Authorization: Bearer …` or `X-API-Key: …`.",
            details={"hint": "Authorization: Bearer sk_live_…"},
        )
    if presented.count(".") == 2 and presented.startswith("eyJ"):
        raise Unauthenticated("This session is not valid.", code="AUTH_INVALID")
    return presented
