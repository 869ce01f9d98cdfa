"""What carriers tell by way of the queue: the sandbox always, Telnyx since it waits for no work to be done."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from tandem.calls.sandbox import hear_sandbox
from tandem.calls.telnyx import hear_telnyx

_RETRIED_AFTER = (2, 5, 30, 120)
"""Seconds before a message comes again, by how often it came: at first a caller waits for it, later only the record."""


class CarrierTold(BaseModel):
    """A message of a carrier's: its fields are the adapter's business. `received`: how often it came."""

    model_config = ConfigDict(extra="allow")

    carrier: Literal["sandbox", "telnyx"] = "sandbox"
    received: int = 1

    @property
    def again_after(self) -> int:
        """Seconds after which trying again makes sense."""
        return _RETRIED_AFTER[min(self.received, len(_RETRIED_AFTER)) - 1]


def hear_carrier(message: CarrierTold) -> None:
    """Take down what it tells, and let the call go on. Raises Unavailable where that must be tried again."""
    told = message.model_extra or {}
    if message.carrier == "telnyx":
        hear_telnyx(told)
    else:
        hear_sandbox(told)
