"""Calls that are asked for by telephone number, in Africa's Talking's own shape."""

from typing import Any

from tandem.calls.models import CallRequest
from tandem.calls.placing import dial_out
from tandem.errors import BadRequest, Invalid
from tandem.shapes import E164_PATTERN

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
    call, _ = dial_out(tenant_id, request, call_id=call_id, actor=actor, test=test)
    entry = {"status": "Queued", "phoneNumber": number, "sessionId": call.carrier_call_id or call.call_id}
    return {"message": f"Call initiated to {number}", "response": {"entries": [entry], "errorMessage": "None"}}
