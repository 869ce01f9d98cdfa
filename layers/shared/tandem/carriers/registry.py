"""The carriers by name, and where they find us."""

import json
from functools import cache
from urllib.parse import quote

from tandem.address import api_url
from tandem.aws.parameters import parameter
from tandem.carriers.base import Carrier
from tandem.config import settings

NAMES = ("africas_talking", "sandbox")

SANDBOX_NUMBER = "+15005550100"
"""The number that the sandbox calls from where the tenant has none of its own."""


def carrier(name: str) -> Carrier:
    """The adapter of this name. Only the carriers that are used are imported."""
    if name == "sandbox":
        from tandem.carriers.sandbox import Sandbox

        return Sandbox()
    if name == "africas_talking":
        from tandem.carriers.africas_talking import Account, AfricasTalking

        return AfricasTalking(Account(**_account(name, settings().credentials)))
    raise ValueError(f"no carrier is called {name}")


def callback_url(name: str) -> str:
    """Where a carrier finds us. Africa's Talking signs nothing: its URL carries the secret token instead."""
    if name != "africas_talking":
        return f"{api_url()}/api/telephony/calls/incoming"
    return f"{api_url()}/voice/instruct?token={quote(_account(name, settings().credentials)['token'])}"


@cache
def _account(name: str, credentials: str) -> dict[str, str]:
    """The account at a carrier: a JSON object in the SecureString parameter `<prefix>/<carrier>`."""
    account: dict[str, str] = json.loads(parameter(f"{settings().carrier_parameters}/{name}"))
    return account
