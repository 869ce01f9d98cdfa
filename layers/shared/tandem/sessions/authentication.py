"""A session that a request brought: checked, counted, and what its person is in the organization now."""

import hmac

from tandem import clock
from tandem.aws.table import ConditionFailed
from tandem.errors import Forbidden, NotFound
from tandem.keys.models import GROUP_LIMITS, HOUR, MINUTE, Allowance, Window
from tandem.keys.service import RateExceeded
from tandem.records import record
from tandem.sessions import store, tokens
from tandem.sessions.models import REQUESTS_AN_HOUR, digest
from tandem.users import memberships
from tandem.users.models import Role


@record
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


def authenticate(
    token: str, organization: str | None, *, proof: str | None, proof_needed: bool, group: str = ""
) -> Session:
    """The session of an access token, in the organization named, or else in that of the login. `group`: a group of
    endpoints with a limit of its own. Raises Unauthenticated, TooManyRequests, ProofMissing, NotFound about an
    organization that the person does not belong to."""
    claims = tokens.verified(token)
    login = digest(claims.origin)
    limits = [("session", Window.at(clock.timestamp(), HOUR), REQUESTS_AN_HOUR)]
    if group:
        limits.append((group, Window.at(clock.timestamp(), MINUTE, group), GROUP_LIMITS[group]))
    try:
        item = store.count(login, [(window, limit) for _, window, limit in limits])
    except ConditionFailed as refusal:
        if refusal.item is None:
            raise tokens.invalid() from refusal
        if refusal.item["expires_at"] <= clock.timestamp():
            raise tokens.expired() from refusal
        allowances = [Allowance.of(refusal.item, window, limit, name) for name, window, limit in limits]
        last = max((one for one in allowances if one.remaining == 0), key=lambda one: one.resets_at)
        wait = max(1, last.resets_at - int(clock.timestamp()))
        raise RateExceeded(last, retry_after=wait) from refusal
    if proof_needed and not hmac.compare_digest(digest(proof or ""), item["csrf"]):
        raise ProofMissing("Send the csrfToken of your login as X-CSRF-Token.")
    tenant_id = organization or item["tenant_id"]
    membership = memberships.membership(claims.user_id, tenant_id)
    if membership is None:
        raise NotFound("No such organization.")
    allowances = [Allowance.of(item, window, limit, name) for name, window, limit in limits]
    left = min(allowances, key=lambda one: one.remaining)
    return Session(login, claims.user_id, tenant_id, membership.role, left)
