"""Calls that come in over the sandbox carrier, by requests that say what caller and network do."""

import json
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import Field, StrictBool, StrictInt, StringConstraints

from tandem import clock
from tandem.calls.instructing import guide
from tandem.calls.models import INBOUND
from tandem.carriers.base import CarrierEvent, Happened
from tandem.carriers.sandbox import Sandbox
from tandem.errors import NotFound
from tandem.shapes import E164, Body, View

Keys = Annotated[str, StringConstraints(pattern=r"^[0-9*#]{1,32}$")]
Session = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,64}$")]


class IncomingCall(Body):
    """A call that comes in, or what became of it since. Post it again with the same `callSid` to press keys, to let
    time pass (nothing but the three first fields), or to say what happened."""

    from_: E164 = Field(alias="from", examples=["+2348012345678"])
    to: E164 = Field(examples=["+2348098765432"])
    call_sid: Session = Field(examples=["CA1234567890"], description="The carrier's id of the call.")
    digits: Keys | None = Field(default=None, description="Keys that the caller pressed.")
    event: Literal["recorded", "leg_answered", "leg_ended", "ended"] | None = Field(
        default=None,
        description="The caller left a message; the agent picked up; the agent's leg is over; the call is. An agent "
        "of whom nothing was said by the end of the call did not pick up.",
    )
    answered: StrictBool | None = Field(
        default=None, description="With `leg_ended` and `ended`: whether the agent had picked up."
    )
    seconds: Annotated[StrictInt, Field(ge=0, le=86_400)] | None = Field(
        default=None, description="With `leg_ended` and `ended`: how long they talked."
    )


class CallSteered(View):
    """The call, and what its caller hears and does next: instructions in order, `{"say": {"text": …}}` and the like."""

    call_id: str
    conversation_id: str
    status: str
    instructions: list[dict[str, Any]]


def steer_incoming(told: IncomingCall, *, turn: str | None) -> CallSteered:
    """Take down what is told of a call that comes in; its next instructions. Raises NotFound where the number called is
    nobody's, or not the sandbox's."""
    call, instructions = guide("sandbox", _events(told, asked=turn is not None), turn=turn)
    if call is None:
        raise NotFound(f"No workspace has the number {told.to} at the sandbox carrier.")
    written = json.loads(Sandbox().render(instructions).body)
    return CallSteered(
        call_id=call.call_id, conversation_id=call.conversation_id, status=call.status.value, instructions=written
    )


def _events(told: IncomingCall, *, asked: bool) -> list[CarrierEvent]:
    """What is told. `asked`: at an address that the caller was sent to before."""
    call = CarrierEvent(
        Happened.RINGING, told.call_sid, clock.now(), from_number=told.from_, to_number=told.to, direction=INBOUND
    )
    if told.event == "ended":
        leg = replace(call, happened=Happened.LEG_ENDED, leg_answered=bool(told.answered))
        return [leg, replace(call, happened=Happened.ENDED, duration=told.seconds)]
    events = [call]
    if asked or told.digits or told.event:
        events.append(replace(call, happened=Happened.ANSWERED))  # whoever does something has been let in
    if told.digits:
        events.append(replace(call, happened=Happened.DIGITS, digits=told.digits))
    if told.event == "recorded":
        events.append(replace(call, happened=Happened.RECORDED, recording=f"sandbox:incoming.{told.call_sid}"))
    elif told.event == "leg_answered":
        events.append(replace(call, happened=Happened.LEG_ANSWERED))
    elif told.event == "leg_ended":
        answered = told.answered if told.answered is not None else bool(told.seconds)
        leg = replace(call, happened=Happened.LEG_ENDED, leg_answered=answered, leg_seconds=told.seconds)
        events.append(leg)
    return events
