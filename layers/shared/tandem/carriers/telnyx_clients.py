"""Browsers at Telnyx: a credential per client, found by its name, and tokens for it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from tandem import clock
from tandem.carriers.base import ClientToken
from tandem.carriers.telnyx_events import moment
from tandem.carriers.telnyx_rest import Account, Rest, expiry
from tandem.errors import Conflict, Unavailable

_DOMAIN = "sip.telnyx.com"
_LONGEST = timedelta(hours=24)


def token(account: Account, rest: Rest, client_name: str, seconds: int) -> ClientToken:
    """What lets a browser register as this client; its credential is made, or prolonged, until then. Raises Conflict
    where the account has no connection for credentials, Unavailable."""
    if not account.credential_connection_id:
        reason = "The account at telnyx has no credential connection: browsers cannot call with it."
        raise Conflict(reason, code="CARRIER_HAS_NO_CLIENTS")
    until = clock.now() + min(timedelta(seconds=seconds), _LONGEST)
    credential = _lasting(account, rest, client_name, until)
    issued = rest.text("POST", f"telephony_credentials/{quote(str(credential.get('id')), safe='')}/token")
    if issued.count(".") != 2 or not issued.isascii() or not issued.isprintable():
        raise Unavailable("The carrier gave no client token.", code="CARRIER_ERROR")
    # Of the token and its credential, the one that ends first ends both.
    ends = expiry(issued)
    return ClientToken(issued, min(until, datetime.fromtimestamp(ends, UTC)) if ends else until)


def _lasting(account: Account, rest: Rest, client_name: str, until: datetime) -> Mapping[str, Any]:
    lasting = {"expires_at": until.strftime("%Y-%m-%dT%H:%M:%SZ")}
    known = _newest(rest, client_name)
    if known and (ends := moment(known.get("expires_at"))) and ends >= until:
        return known
    if known:
        changed = rest.write("PATCH", f"telephony_credentials/{quote(str(known.get('id')), safe='')}", lasting)
    else:
        made = {"connection_id": account.credential_connection_id, "name": client_name, **lasting}
        changed = rest.write("POST", "telephony_credentials", made)
    if not isinstance(changed, Mapping):
        raise Unavailable("The carrier makes no credentials at present.", code="CARRIER_ERROR")
    return changed


def address(rest: Rest, client_name: str) -> str | None:
    """The SIP address under which a client is reached; None for one that never had a token. Raises Unavailable."""
    known = _newest(rest, client_name)
    user = known.get("sip_username") if known else None
    return f"sip:{user}@{_DOMAIN}" if isinstance(user, str) and user.isalnum() else None


def _newest(rest: Rest, client_name: str) -> Mapping[str, Any] | None:
    found = rest.read(f"telephony_credentials?{urlencode({'filter[name]': client_name})}")
    listed = found if isinstance(found, list) else []
    known = [one for one in listed if isinstance(one, Mapping) and one.get("name") == client_name]
    return max(known, key=lambda one: str(one.get("created_at")), default=None)
