"""What a caller shall hear and do next, in no carrier's language."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tandem.records import record


@record
class Say:
    """Speak a text."""

    text: str


@record
class Play:
    """Play audio from an https URL."""

    url: str


@record
class Gather:
    """Collect up to `digits` keys while `prompt` is heard; they are posted to `callback_url`. No key within `timeout`
    seconds: the next instruction follows."""

    prompt: Say | Play
    callback_url: str
    digits: int = 1
    timeout: int = 10
    finish_on_key: str = "#"


@record
class Connect:
    """Connect the caller to a telephone number, SIP address or browser client; `caller_id` is one of our numbers.

    It rings for `timeout` seconds, where the carrier can be told. With a `callback_url` nothing that follows is
    reached: the URL is asked what to do once the other party is gone or did not answer.
    """

    targets: Sequence[str]
    caller_id: str | None = None
    record: bool = False
    sequential: bool = True
    max_duration: int | None = None
    callback_url: str | None = None
    timeout: int = 30


@record
class Record:
    """Record the caller, at most `max_length` seconds, after a beep; the audio's URL is posted to `callback_url`."""

    prompt: Say | None
    callback_url: str
    max_length: int = 120
    finish_on_key: str = "#"


@record
class Hold:
    """Let the caller wait at least so many seconds, hearing `prompt` first; then the next instruction follows."""

    seconds: int
    prompt: Say | Play | None = None


@record
class Enqueue:
    """Let the caller wait in a queue of the carrier's."""

    name: str
    hold_music: str | None = None


@record
class Redirect:
    """Ask this URL for further instructions."""

    url: str


@record
class Reject:
    """Refuse the call before it is answered; must stand alone."""


@record
class HangUp:
    """End the call."""


Instruction = Say | Play | Gather | Connect | Record | Hold | Enqueue | Redirect | Reject | HangUp


@record
class Answer:
    """Take a call that comes in."""


@record
class StopRecording:
    """End a Record before its time."""


Command = Instruction | Answer | StopRecording
"""What a carrier can be told that asks for nothing."""


def steps(instructions: Sequence[Instruction]) -> list[Instruction]:
    """The same instructions for a carrier that is told one at a time: a prompt before a wait or a recording is an
    instruction of its own, and what is said without a pause is one text."""
    single: list[Instruction] = []
    for instruction in (one for whole in instructions for one in _parts(whole)):
        last = single[-1] if single else None
        if isinstance(instruction, Say) and isinstance(last, Say):
            single[-1] = Say(f"{last.text} {instruction.text}")
        else:
            single.append(instruction)
    return single


def _parts(instruction: Instruction) -> Iterator[Instruction]:
    if isinstance(instruction, Record | Hold) and instruction.prompt:
        yield instruction.prompt
        instruction = replace(instruction, prompt=None)
    yield instruction
