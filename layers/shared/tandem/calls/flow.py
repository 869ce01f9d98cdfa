"""What a caller hears and does next, as a pure function of the call and of what was keyed or recorded."""

from dataclasses import dataclass

from tandem.calls.models import INBOUND, Call
from tandem.carriers.instructions import Connect, Gather, HangUp, Instruction, Record, Say

NOT_IN_SERVICE: list[Instruction] = [Say("The number you have called is not in service. Goodbye."), HangUp()]
"""For a call to a number of nobody here."""

LEAVE_MESSAGE = "1"
LONGEST_MESSAGE = 120


@dataclass(frozen=True, slots=True)
class Heard:
    """What the carrier brought with its question: keys pressed, a recording made."""

    digits: str | None = None
    recorded: bool = False


def next_instructions(
    call: Call, heard: Heard, *, tenant_name: str, agent_phone: str | None, callback_url: str
) -> list[Instruction]:
    """The next instructions for a call that is under way."""
    if call.status.is_final:
        return []
    if heard.recorded:
        return [Say("Thank you. Your message was recorded. Goodbye."), HangUp()]
    if call.direction == INBOUND:
        return _incoming(call, heard, tenant_name, agent_phone, callback_url)
    return _outgoing(call, agent_phone)


def _outgoing(call: Call, agent_phone: str | None) -> list[Instruction]:
    greeting: list[Instruction] = [Say(call.greeting)] if call.greeting else []
    if agent_phone:
        return [*greeting, Connect([agent_phone], caller_id=call.from_number, record=call.recording_enabled)]
    return [*greeting, Say("Nobody can be connected to you right now. We will call you again. Goodbye."), HangUp()]


def _incoming(
    call: Call, heard: Heard, tenant_name: str, agent_phone: str | None, callback_url: str
) -> list[Instruction]:
    if heard.digits == LEAVE_MESSAGE:
        prompt = Say("Please leave your message after the tone. Press the hash key when you are done.")
        return [Record(prompt, callback_url, max_length=LONGEST_MESSAGE)]
    if agent_phone and heard.digits is None:
        welcome = Say(f"Welcome to {tenant_name}. We are connecting you.")
        return [welcome, Connect([agent_phone], caller_id=call.to_number, record=call.recording_enabled)]
    opening = f"Welcome to {tenant_name}." if heard.digits is None else "That key has no meaning here."
    menu = Gather(Say(f"{opening} To leave a message, press {LEAVE_MESSAGE}."), callback_url)
    return [menu, Say("We did not hear from you. Goodbye."), HangUp()]
