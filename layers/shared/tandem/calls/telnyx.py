"""What Telnyx tells, put on a queue as it comes in: it waits two seconds for an answer, and a command takes as long."""

import json
from typing import Any

from pydantic import BaseModel

from tandem.aws import queue
from tandem.calls.commanding import follow
from tandem.carriers.base import CarrierRequest
from tandem.carriers.registry import carrier
from tandem.config import settings

NAME = "telnyx"


class TelnyxTold(BaseModel):
    """A webhook of Telnyx's, as it came."""

    told: dict[str, Any]


def hand_over(request: CarrierRequest) -> None:
    """Put a webhook on the queue, unless it is about nothing that concerns us. Raises Unavailable."""
    if carrier(NAME).parse(request):
        message = json.dumps({"told": json.loads(request.body)}, separators=(",", ":"))
        queue.send(settings().telnyx_queue, [(message, 0)])


def hear_telnyx(message: TelnyxTold) -> None:
    """Take down what it tells, and let the call go on. Raises Unavailable where that must be tried again."""
    follow(NAME, CarrierRequest("", {}, json.dumps(message.told).encode()))
