"""Logging in, going on, logging out."""

import hmac
import secrets
from typing import Any

from tandem.aws import identity
from tandem.aws.identity import Tokens
from tandem.aws.table import ConditionFailed
from tandem.errors import Forbidden, Invalid, Unauthenticated
from tandem.records import record
from tandem.sessions import attempts, store, tokens
from tandem.sessions.models import RefreshToken, digest
from tandem.sessions.shapes import BelongingView, LoginRequest, LoginView, MeView, PersonView, TokensView
from tandem.users import memberships, organizations
from tandem.users import service as users
from tandem.users.models import Role


@record
class _Fresh:
    """Tokens as they are handed out."""

    user_id: str
    tokens: Tokens
    refresh: RefreshToken

    def fields(self) -> dict[str, Any]:
        """What an answer says of them."""
        access = self.tokens.access
        return {
            "token": access,
            "access_token": access,
            "refresh_token": str(self.refresh),
            "expires_in": self.tokens.expires_in,
        }


def log_in(request: LoginRequest, source_ip: str) -> LoginView:
    """A new session. Raises Unauthenticated, TooManyRequests, Unavailable, Forbidden with a `session` where the
    password is a temporary one, Invalid about a new one that is too weak."""
    attempt = attempts.begin(request.email, source_ip)
    try:
        fresh = _fresh(_proven(request))
    except identity.PasswordRefused as refused:
        raise Unauthenticated("E-mail address or password is wrong.", code="AUTH_INVALID") from refused
    except identity.PasswordTooWeak as weak:
        field = {"field": "newPassword", "message": "12 characters or more, with capitals, small letters and digits"}
        raise Invalid("The request is not valid: newPassword.", fields=[field]) from weak
    except identity.NewPasswordNeeded as needed:
        attempt.succeeded()
        message = "This password was temporary. Log in with a newPassword and this session."
        details = {"session": needed.session}
        raise Forbidden(message, code="PASSWORD_CHANGE_REQUIRED", details=details) from needed
    attempt.succeeded()
    return _begun(fresh)


def refresh(presented: str) -> TokensView:
    """New tokens for a refresh token, which is good once; used again later, it ends the session, for somebody else may
    have it. Raises Unauthenticated or Unavailable."""
    given = RefreshToken.parse(presented)
    if given is None or not _known(given):
        raise _over()
    try:
        fresh = _fresh(identity.refresh(given.inner))
        if fresh.refresh.login != given.login:
            raise _over()
        store.rotate(given.login, digest(given.secret), digest(fresh.refresh.secret))
    except identity.TokenRevoked as revoked:
        store.delete(given.login)
        raise _over() from revoked
    except ConditionFailed as used:
        store.delete(given.login)
        identity.revoke(given.inner)
        raise _over() from used
    return TokensView(**fresh.fields())


def log_out(login: str, presented: str | None) -> None:
    """End a session: neither its access token nor its refresh token opens anything from now on."""
    store.delete(login)
    given = RefreshToken.parse(presented) if presented else None
    if given and given.login == login:
        identity.revoke(given.inner)


def me(user_id: str, tenant_id: str, role: Role) -> MeView:
    """Who is asking, and where."""
    listed = _belonging(organizations.belonging(memberships.of_person(user_id)))
    return MeView(
        user=_person(user_id),
        organization=next(one for one in listed if one.id == tenant_id),
        organizations=listed,
        permissions=sorted(role.permissions),
    )


def _known(given: RefreshToken) -> bool:
    """Whether this login lasts and was given this token by Cognito: junk goes no further."""
    item = store.get(given.login)
    return item is not None and hmac.compare_digest(digest(given.inner), item["family"])


def _proven(request: LoginRequest) -> Tokens:
    if request.new_password and request.session:
        return identity.set_first_password(request.email, request.new_password, request.session)
    return identity.log_in(request.email, request.password or "")


def _fresh(signed: Tokens) -> _Fresh:
    claims = tokens.verified(signed.access)
    return _Fresh(claims.user_id, signed, RefreshToken.renewing(digest(claims.origin), signed.refresh))


def _begun(fresh: _Fresh) -> LoginView:
    listed = _belonging(organizations.belonging(users.come(fresh.user_id)))
    if not listed:
        raise Forbidden("You belong to no organization.")
    csrf_token = secrets.token_urlsafe(24)
    item = {
        "user_id": fresh.user_id,
        "tenant_id": listed[0].id,
        "csrf": digest(csrf_token),
        "secret": digest(fresh.refresh.secret),
        "family": digest(fresh.refresh.inner),
    }
    store.insert(fresh.refresh.login, item)
    return LoginView(**fresh.fields(), csrf_token=csrf_token, user=_person(fresh.user_id), organizations=listed)


def _belonging(found: list[organizations.OrganizationView]) -> list[BelongingView]:
    return [BelongingView(id=one.id, name=one.name, role=one.role) for one in found]


def _person(user_id: str) -> PersonView:
    person = memberships.get_person(user_id)
    if person is None:
        raise Forbidden("You belong to no organization.")
    return PersonView(id=person.user_id, email=person.email, name=person.name)


def _over() -> Unauthenticated:
    return Unauthenticated("This refresh token is not valid. Log in again.", code="AUTH_INVALID")
