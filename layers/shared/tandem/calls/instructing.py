"""A carrier asks what a caller shall hear and do next, or tells what happened: the same for every carrier."""

import re

from tandem.calls import steering
from tandem.calls.models import Call
from tandem.calls.service import hear
from tandem.calls.steering import Heard
from tandem.carriers.base import CarrierEvent, CarrierRequest, CarrierResponse, Happened
from tandem.carriers.instructions import Instruction
from tandem.carriers.registry import callback_url, carrier
from tandem.errors import BadRequest


def instruct(carrier_name: str, request: CarrierRequest) -> CarrierResponse:
    """Take down what the question tells, and answer with the next instructions. Raises BadRequest for a question about
    no call."""
    adapter = carrier(carrier_name)
    events = adapter.parse(request)
    if not events:
        raise BadRequest(f"Missing '{adapter.call_id_field}'")
    _, instructions = guide(carrier_name, events, turn=request.query.get("turn"))
    return adapter.render(instructions)


def guide(carrier_name: str, events: list[CarrierEvent], *, turn: str | None) -> tuple[Call | None, list[Instruction]]:
    """Take down what a question tells; the call as it is then, and what its caller does next. No call: the number is
    nobody's. `turn`: what the question's address said of it."""
    call = hear(carrier_name, events)
    if call is None:
        return None, steering.NOT_IN_SERVICE
    if any(event.happened == Happened.ENDED for event in events):
        return call, []
    heard, url = Heard.of(events), callback_url(carrier_name)
    return steering.steer(carrier(carrier_name), call, heard, asked_turn=_turn(turn), callback_url=url)


def hear_request(carrier_name: str, request: CarrierRequest) -> None:
    """Take down what a carrier tells; it reads nothing in the answer."""
    hear(carrier_name, carrier(carrier_name).parse(request))


def _turn(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch("[0-9]{1,5}", text) else None
