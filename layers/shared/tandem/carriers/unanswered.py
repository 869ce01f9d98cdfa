"""A dial that the carrier did not answer: whether a telephone may ring all the same. One rule for every carrier."""

from tandem import egress
from tandem.carriers.base import DialRefused, DialUnknown, Outcome

_NEVER_SENT = ("address_refused", "dns", "connection")
"""Failures of an exchange before anything of the request left us."""


def unanswered(failure: egress.ExchangeFailed) -> DialRefused | DialUnknown:
    """What to raise for a dial whose request came to nothing: a refusal only where it certainly never left us."""
    if failure.word in _NEVER_SENT:
        return DialRefused(Outcome.CARRIER_ERROR, f"not reached: {failure}")
    return DialUnknown(f"no answer: {failure}")
