"""Guards: who may call an endpoint. Every endpoint names one; there is no default."""

from collections.abc import Callable

from tandem.address import api_url
from tandem.carriers.base import CarrierRequest, Forged
from tandem.carriers.registry import NoAccount
from tandem.carriers.registry import carrier as carrier_adapter
from tandem.config import settings
from tandem.entry.caller import Caller, Denied
from tandem.entry.cookies import session_cookie
from tandem.entry.request import Request
from tandem.errors import Forbidden, Unauthenticated
from tandem.keys.models import GROUP_LIMITS
from tandem.keys.service import authenticate
from tandem.records import record
from tandem.sessions.authentication import authenticate as authenticate_session
from tandem.sessions.tokens import is_token
from tandem.tenants.service import open_tenant


@record
class Guard:
    """A check of the request, and what the documentation says of it."""

    check: Callable[[Request], Caller | None]
    permission: str | None
    scheme: str
    """`key`, `session`, `carrier` or `none`: the security scheme in OpenAPI."""


def key_or_session(permission: str, *, limit: str = "") -> Guard:
    """An API key that has this permission, or a person's session whose role has it. `limit`: the group of endpoints in
    `keys.models.GROUP_LIMITS` whose limit holds besides. While the database is down, a key may go on reading."""
    reads = permission.startswith("read:")
    if limit and limit not in GROUP_LIMITS:
        raise ValueError(f"no group of endpoints is limited as {limit}")

    def check(request: Request) -> Caller:
        presented = _credential(request)
        if presented is None or is_token(presented):
            return permitted(_person(request, presented, writes=not reads, group=limit), permission)
        return permitted(_key(request, presented, group=limit, lenient=reads), permission)

    return Guard(check, permission, "key")


def session(*, managing: bool = False) -> Guard:
    """A person's session, never an API key; with `managing` only an owner's or admin's."""

    def check(request: Request) -> Caller:
        presented = _credential(request)
        if presented is not None and not is_token(presented):
            caller = _key(request, presented)  # a stranger learns nothing but that it is no key
            raise Denied("This takes a person's session, not an API key.", caller)
        caller = _person(request, presented, writes=False)
        if managing and not caller.role.manages:
            raise Denied("Only owners and admins may do this.", caller, required="owner or admin")
        return caller

    return Guard(check, None, "session")


def public(*, because: str) -> Guard:
    """Anyone, for the reason given."""
    if not because:
        raise ValueError("an open endpoint says why")
    return Guard(lambda request: None, None, "none")


def from_carrier(name: str) -> Guard:
    """The carrier of this name, by its signature or token. Anything else is 403; so is everything where we have no
    account with it."""

    def check(request: Request) -> None:
        try:
            carrier_adapter(name).verify(carrier_request(request))
        except (Forged, NoAccount) as reason:
            raise Forbidden(f"This request is not from {name}.") from reason

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


def permitted(caller: Caller, permission: str) -> Caller:
    """The caller, who has this permission. Raises Denied."""
    if permission not in caller.permissions:
        holder = "role" if caller.user_id else "key"
        raise Denied(f"This {holder} lacks the permission {permission}.", caller, required=permission)
    return caller


def _key(request: Request, presented: str, *, group: str = "", lenient: bool = False) -> Caller:
    return key_caller(presented, request.source_ip, group=group, lenient=lenient)


def key_caller(presented: str, source_ip: str, *, group: str = "", lenient: bool = False) -> Caller:
    """The caller whose API key this is, counted; see `authenticate`."""
    key = authenticate(presented, source_ip=source_ip, group=group, lenient=lenient)
    return Caller(
        tenant_id=key.tenant_id,
        actor=f"key:{key.key_id}",
        permissions=key.permissions,
        is_test=key.is_test,
        allowance=key.allowance,
        key_id=key.key_id if key.is_counted else "",
    )


def _person(request: Request, token: str | None, *, writes: bool, group: str = "") -> Caller:
    """The person of a token, or else of the cookie. With a cookie, which any page can make a browser send, a write is
    proven: also one by GET, which `writes` says."""
    found = authenticate_session(
        token or request.cookies[session_cookie()],
        request.headers.get("x-organization-id"),
        proof=request.headers.get("x-csrf-token"),
        proof_needed=token is None and (writes or request.method not in ("GET", "HEAD")),
        group=group,
    )
    return Caller(
        tenant_id=found.tenant_id,
        actor=f"user:{found.user_id}",
        permissions=found.role.permissions,
        is_test=False,
        allowance=found.allowance,
        user_id=found.user_id,
        role=found.role,
        login=found.login,
    )


def _credential(request: Request) -> str | None:
    """The key or token of a header, or None where only the cookie is there. Raises Unauthenticated without any."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    presented = value.strip() if scheme.lower() == "bearer" else request.headers.get("x-api-key", "").strip()
    if presented:
        return presented
    if request.cookies.get(session_cookie()):
        return None
    raise Unauthenticated(
        "Send an API key as `Authorization: Bearer …` or `X-API-Key: …`, or log in: POST /api/auth/login.",
        details={"hint": "Authorization: Bearer sk_live_…"},
    )
