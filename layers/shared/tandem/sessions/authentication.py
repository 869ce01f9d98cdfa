"""A session that a request brought: checked, counted, and what its person is in the organization now."""

import hmac
from dataclasses import dataclass

from tandem import clock
from tandem.aws.table import ConditionFailed, Item
from tandem.errors import Forbidden, NotFound
from tandem.keys.models import HOUR, Allowance, Window
from tandem.keys.service import RateExceeded
from tandem.sessions import store, tokens
from tandem.sessions.models import REQUESTS_AN_HOUR, digest
from tandem.users import memberships
from tandem.users.models import Role


@dataclass(frozen=True, slots=True)
class Session:
    """A session that holds, counted once for this request. `login` names it in the table."""

    login: str
    user_id: str
    tenant_id: str
    role: Role
    allowance: Allowance


class ProofMissing(Forbidden):
    """A cookie came without the value that only our own page can read."""

    code = "CSRF_REQUIRED"


def authenticate(token: str, organization: str | None, *, proof: str | None, proof_needed: bool) -> Session:
    """The session of an access token, in the organization named, or else in that of the login. Raises Unauthenticated,
    TooManyRequests, ProofMissing, NotFound about an organization that the person does not belong to."""
    claims = tokens.verified(token)
    login = digest(claims.origin)
    window = Window.at(clock.timestamp(), HOUR)
    try:
        item = store.count(login, window, REQUESTS_AN_HOUR)
    except ConditionFailed as refusal:
        if refusal.item is None:
            raise tokens.invalid() from refusal
        if refusal.item["expires_at"] <= clock.timestamp():
            raise tokens.expired() from refusal
        wait = max(1, window.resets_at - int(clock.timestamp()))
        raise RateExceeded(_allowance(refusal.item, window), retry_after=wait) from refusal
    if proof_needed and not hmac.compare_digest(digest(proof or ""), item["csrf"]):
        raise ProofMissing("Send the csrfToken of your login as X-CSRF-Token.")
    tenant_id = organization or item["tenant_id"]
    membership = memberships.membership(claims.user_id, tenant_id)
    if membership is None:
        raise NotFound("No such organization.")
    return Session(login, claims.user_id, tenant_id, membership.role, _allowance(item, window))


def _allowance(item: Item, window: Window) -> Allowance:
    remaining = max(0, REQUESTS_AN_HOUR - item.get(window.counter, 0))
    return Allowance(REQUESTS_AN_HOUR, remaining, window.resets_at, window.seconds)
