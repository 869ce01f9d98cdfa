"""What the network's own answer to a call says of it (RFC 3261 §21). Pure."""

from tandem.carriers.base import Outcome

OUTCOMES = {
    "404": Outcome.INVALID_NUMBER,
    "410": Outcome.INVALID_NUMBER,
    "484": Outcome.INVALID_NUMBER,
    "604": Outcome.INVALID_NUMBER,
    "408": Outcome.NO_ANSWER,
    "480": Outcome.NO_ANSWER,
    "487": Outcome.NO_ANSWER,
    "486": Outcome.BUSY,
    "600": Outcome.BUSY,
    "603": Outcome.DECLINED,
    "607": Outcome.DECLINED,
}
"""Where a status code says more than that the call failed."""
