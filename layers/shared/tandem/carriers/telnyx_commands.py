"""Instructions as Telnyx's commands: https://developers.telnyx.com/api/call-control. Pure."""

import re
from typing import Any

from tandem.carriers.instructions import (
    Answer,
    Command,
    Connect,
    Enqueue,
    Gather,
    HangUp,
    Hold,
    Play,
    Record,
    Redirect,
    Reject,
    Say,
    StopRecording,
)
from tandem.records import record

CLIENT = re.compile(r"client:([A-Za-z0-9_]{1,121})")
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
_SIP = re.compile(r"(?:sip:)?([\w.+-]+@[\w.-]+(?::[0-9]{1,5})?)", re.ASCII)
# What JSON can write and a synthesizer cannot say: control characters and halves of a surrogate pair.
_UNSPEAKABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_LONGEST_TEXT = 3000
_LONGEST_QUEUE_NAME = 64
_KEYS = "0123456789#*"
_RINGING = (5, 600)
_LONGEST_RECORDING = 14_400
_TALKING = (30, 14_400)


@record
class Action:
    """A command by its name in the address, and its body but for what all have (`client_state`, `command_id`)."""

    name: str
    body: dict[str, Any]


def action(command: Command, voice: str) -> Action | None:
    """What Telnyx is told; None for what it cannot be: a question, and a Connect to nobody. A Connect to a browser
    client says `to` as it is named here: the credential behind it is to be looked up."""
    match command:
        case Say(text):
            return Action("speak", {"payload": spoken(text), "voice": voice})
        case Play(url):
            return Action("playback_start", {"audio_url": url})
        case Gather():
            return _gather(command, voice)
        case Connect():
            return _transfer(command)
        case Record():
            limits = {"max_length": min(max(command.max_length, 1), _LONGEST_RECORDING), "play_beep": True}
            return Action("record_start", {"format": "mp3", "channels": "single", **limits})
        case Hold(seconds):
            return _wait(seconds)
        case Enqueue(name):
            return Action("enqueue", {"queue_name": spoken(name)[:_LONGEST_QUEUE_NAME]})
        case Redirect():
            return None
    return _SIMPLE[type(command)]


_SIMPLE = {
    Answer: Action("answer", {}),
    Reject: Action("reject", {"cause": "CALL_REJECTED"}),
    HangUp: Action("hangup", {}),
    StopRecording: Action("record_stop", {}),
}


def spoken(text: str) -> str:
    """A text as Telnyx takes one: at most 3,000 characters, and never none."""
    return " ".join(_UNSPEAKABLE.sub(" ", text).split())[:_LONGEST_TEXT] or "…"


def _gather(gather: Gather, voice: str) -> Action:
    """One try: what follows silence is for the next instruction to say."""
    keys = {
        "minimum_digits": 1,
        "maximum_digits": min(max(gather.digits, 1), 128),
        "maximum_tries": 1,
        "timeout_millis": max(1, gather.timeout) * 1000,
        "valid_digits": _KEYS,
        # Telnyx keeps the terminating key to itself: where every key counts, one that nobody has takes its place.
        "terminating_digit": gather.finish_on_key or "D",
    }
    if isinstance(gather.prompt, Play):
        return Action("gather_using_audio", {"audio_url": gather.prompt.url, **keys})
    return Action("gather_using_speak", {"payload": spoken(gather.prompt.text), "voice": voice, **keys})


def _wait(seconds: int) -> Action:
    """Telnyx has no pause: it waits for a key that nobody was told to press."""
    milliseconds = max(1, seconds) * 1000
    return Action("gather", {"initial_timeout_millis": milliseconds, "timeout_millis": milliseconds})


def _transfer(connect: Connect) -> Action | None:
    """To the first whom Telnyx can ring: it rings one. Should nobody answer there, the caller's own leg stays."""
    target = next((name for one in connect.targets if (name := _target(one))), None)
    if target is None:
        return None
    body: dict[str, Any] = {"to": target, "timeout_secs": min(max(connect.timeout, _RINGING[0]), _RINGING[1])}
    if connect.caller_id:
        body["from"] = connect.caller_id
    if connect.max_duration:
        body["time_limit_secs"] = min(max(connect.max_duration, _TALKING[0]), _TALKING[1])
    if connect.record:
        body |= {"record": "record-from-answer", "record_channels": "dual", "record_format": "mp3"}
    return Action("transfer", body)


def _target(target: str) -> str | None:
    if _NUMBER.fullmatch(target) or CLIENT.fullmatch(target):
        return target
    address = _SIP.fullmatch(target)
    return f"sip:{address.group(1)}" if address else None
