"""The carriers by name, our accounts there, and where they find us."""

import json
from functools import lru_cache
from typing import TypeVar
from urllib.parse import quote

from tandem import clock
from tandem.address import api_url
from tandem.aws.parameters import find_parameter
from tandem.carriers.base import Carrier, Commanded
from tandem.config import settings
from tandem.errors import Conflict

NAMES = ("africas_talking", "sandbox", "telnyx", "twilio")

SANDBOX_NUMBER = "+15005550100"
"""The number that the sandbox calls from where the tenant has none of its own."""

ACCOUNT_KEPT = 300
"""Seconds for which an account, or that there is none, is believed: a rotated secret counts within these."""

CONVERSING = frozenset({"sandbox", "telnyx"})
"""The carriers that let an AI agent talk on a call themselves; for the others ElevenLabs places it, by their trunk."""

_NO_TEXTS = ("numbers",)

A = TypeVar("A")


class NoAccount(Conflict):
    """There is no account at a carrier, or none that can be used."""

    def __init__(self, carrier_name: str, reason: str) -> None:
        super().__init__(f"No account at {carrier_name} is configured: {reason}.")


def carrier(name: str) -> Carrier:
    """The adapter of this name. Only the carriers that are used are imported. Raises NoAccount."""
    if name == "sandbox":
        from tandem.carriers.sandbox import Sandbox

        return Sandbox()
    if name == "africas_talking":
        from tandem.carriers.africas_talking import Account, AfricasTalking

        return AfricasTalking(_account(name, Account))
    if name == "telnyx":
        return commanded(name)
    if name == "twilio":
        from tandem.carriers import twilio

        return twilio.Twilio(_account(name, twilio.Account))
    if name == "elevenlabs":
        from tandem.carriers import elevenlabs

        return elevenlabs.ElevenLabs(_account(name, elevenlabs.Account), telephone=lambda: carrier("twilio"))
    raise ValueError(f"no carrier is called {name}")


def conversing(name: str) -> str:
    """Which carrier bears calls of AI agents where the tenant's telephony is with this one."""
    return name if name in CONVERSING else "elevenlabs"


def commanded(name: str) -> Commanded:
    """The adapter of a carrier that is commanded. Raises NoAccount."""
    if name == "telnyx":
        from tandem.carriers import telnyx

        return telnyx.Telnyx(_account(name, telnyx.Account))
    raise ValueError(f"no carrier that is commanded is called {name}")


def callback_url(name: str) -> str:
    """Where a carrier finds us. Africa's Talking signs nothing: its URL carries the secret token instead."""
    if name == "twilio":
        from tandem.carriers.twilio import VOICE_PATH

        return f"{api_url()}{VOICE_PATH}"
    if name == "telnyx":
        from tandem.carriers import telnyx

        return f"{api_url()}{telnyx.VOICE_PATH}"
    if name != "africas_talking":
        return f"{api_url()}/api/telephony/calls/incoming"
    from tandem.carriers.africas_talking import Account

    return f"{api_url()}/voice/instruct?token={quote(_account(name, Account).token)}"


def _account(name: str, shape: type[A]) -> A:
    """The account at a carrier: a JSON object in the SecureString parameter `<prefix>/<carrier>`, of texts but for what
    the account itself reads."""
    path = f"{settings().carrier_parameters}/{name}"
    text = _kept(path, settings().credentials, int(clock.timestamp()) // ACCOUNT_KEPT)
    if text is None:
        raise NoAccount(name, f"there is no parameter {path}")
    try:
        fields = json.loads(text)
        account = shape(**fields)
    except (ValueError, TypeError):
        # Without its cause: that could quote the secret.
        raise NoAccount(name, f"the parameter {path} is not a JSON object with the fields of an account") from None
    if not all(isinstance(value, str) for field, value in fields.items() if field not in _NO_TEXTS):
        raise NoAccount(name, f"the parameter {path} has a field that is not text")
    return account


@lru_cache(maxsize=64)
def _kept(path: str, credentials: str, period: int) -> str | None:
    return find_parameter(path)
