"""Calls over Africa's Talking's own endpoints: asked for by telephone number, steered by XML."""

from typing import Any

from tandem.calls import flow
from tandem.calls.flow import Heard
from tandem.calls.models import Call, CallRequest
from tandem.calls.placing import dial_out
from tandem.calls.service import hear, receive_call
from tandem.carriers.base import CarrierEvent, CarrierRequest, CarrierResponse, Happened
from tandem.carriers.registry import callback_url, carrier
from tandem.errors import BadRequest, Invalid
from tandem.shapes import E164_PATTERN
from tandem.tenants import service as tenants

_CARRIER = "africas_talking"
_AGENT = "africas-talking-voice"


def invoke_call(tenant_id: str, phone: str, *, call_id: str, actor: str, test: bool) -> dict[str, Any]:
    """Place a call to `phone`; the answer is in the provider's own shape.

    Raises BadRequest when `phone` is missing or no telephone number.
    """
    digits = "".join(phone.split()).removeprefix("+")
    if not digits:
        raise BadRequest("Missing 'phone' query parameter")
    number = f"+{digits}"
    if not E164_PATTERN.fullmatch(number):
        raise Invalid(f"'{phone[:40]}' is not a telephone number")
    request = CallRequest.model_validate({"customerPhone": number, "agentId": _AGENT})
    call = dial_out(tenant_id, request, call_id=call_id, actor=actor, test=test)
    entry = {"status": "Queued", "phoneNumber": number, "sessionId": call.carrier_call_id or call.call_id}
    return {"message": f"Call initiated to {number}", "response": {"entries": [entry], "errorMessage": "None"}}


def instruct_call(request: CarrierRequest) -> CarrierResponse:
    """Take down what the question tells, and answer with the next instructions."""
    adapter = carrier(_CARRIER)
    events = adapter.parse(request)
    if not events:
        raise BadRequest("Missing 'sessionId'")
    call = _hear(events)
    if call is None:
        return adapter.render(flow.NOT_IN_SERVICE)
    if any(event.happened == Happened.ENDED for event in events):
        return adapter.render([])
    return adapter.render(
        flow.next_instructions(
            call,
            _heard(events),
            tenant_name=tenants.get_tenant(call.tenant_id).name,
            agent_phone=None,
            callback_url=callback_url(_CARRIER),
        )
    )


def hear_event(request: CarrierRequest) -> None:
    """Take down what the provider tells; it reads nothing in the answer."""
    _hear(carrier(_CARRIER).parse(request))


def _hear(events: list[CarrierEvent]) -> Call | None:
    """The call that the events belong to, brought up to date; made when it is a new one coming in."""
    known = hear(_CARRIER, events)
    if known or not events:
        return known[-1] if known else None
    if receive_call(_CARRIER, events[0]) is None:
        return None
    return next(iter(hear(_CARRIER, events)), None)


def _heard(events: list[CarrierEvent]) -> Heard:
    digits = next((event.digits for event in events if event.digits), None)
    return Heard(digits, recorded=any(event.happened == Happened.RECORDED for event in events))
