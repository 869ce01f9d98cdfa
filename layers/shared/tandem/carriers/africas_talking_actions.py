"""Instructions as Africa's Talking's XML actions. Pure, and well-formed whatever the text."""

import re
from collections.abc import Sequence
from urllib.parse import urlencode
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from tandem.carriers.instructions import (
    Connect,
    Enqueue,
    Gather,
    HangUp,
    Hold,
    Instruction,
    Play,
    Record,
    Redirect,
    Reject,
    Say,
)

# What XML 1.0 §2.2 does not allow, not even escaped; ElementTree would write it as it is.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def written(instructions: Sequence[Instruction]) -> str:
    """The XML document that tells the carrier to do this, in this order.

    The carrier hangs up when the list is done, so HangUp is the list's end. Redirect, and a Connect that is followed by
    one, end it too: what follows would never be reached. A Reject must stand alone: it is the whole answer when it
    comes first, and afterwards, the call being answered by then, the end.
    """
    response = Element("Response")
    for position, instruction in enumerate(instructions):
        if position and isinstance(instruction, Reject):
            break
        response.extend(_actions(instruction))
        if isinstance(instruction, HangUp | Redirect | Reject):
            break
        if isinstance(instruction, Connect) and instruction.callback_url:
            break
    ElementTree.indent(response)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(response, encoding="unicode")


def _actions(instruction: Instruction) -> list[Element]:
    match instruction:
        case Say(text):
            return [_element("Say", text)]
        case Play(url):
            return [_element("Play", url=url)]
        case Gather():
            return [_get_digits(instruction)]
        case Connect():
            return _dial(instruction)
        case Record():
            return [_record(instruction)]
        case Hold():
            return [_hold(instruction)]
        case Enqueue(name, hold_music):
            return [_element("Enqueue", name=name, holdMusic=hold_music)]
        case Redirect() | Reject() | HangUp():
            return _end(instruction)


def _end(instruction: Redirect | Reject | HangUp) -> list[Element]:
    match instruction:
        case Redirect(url):
            return [_element("Redirect", url)]
        case Reject():
            return [_element("Reject")]
        case HangUp():
            return []


def _get_digits(gather: Gather) -> Element:
    action = _element(
        "GetDigits",
        numDigits=gather.digits,
        timeout=gather.timeout,
        finishOnKey=gather.finish_on_key,
        callbackUrl=gather.callback_url,
    )
    action.extend(_actions(gather.prompt))
    return action


def _dial(connect: Connect) -> list[Element]:
    # The targets are joined by commas: one that contains a comma would dial numbers that nobody checked.
    targets = [target for target in connect.targets if target and "," not in target]
    # The carrier has no callback of a Dial's own; what follows is reached when nobody answered, and says so itself.
    after = [_element("Redirect", _unanswered(connect.callback_url, targets))] if connect.callback_url else []
    if not targets:
        return after
    action = _element(
        "Dial",
        phoneNumbers=",".join(targets),
        record=connect.record or None,
        sequential=connect.sequential,
        callerId=connect.caller_id,
        maxDuration=connect.max_duration,
    )
    return [action, *after]


def _unanswered(url: str, targets: Sequence[str]) -> str:
    """The address with what the carrier's own news of a dialled party would bring."""
    news = urlencode({"dialDestinationNumber": ",".join(targets) or "nobody", "dialStatus": "NotAnswered"})
    return f"{url}{'&' if '?' in url else '?'}{news}"


def _hold(hold: Hold) -> Element:
    """The carrier has no pause: it waits for a key that nobody was told to press."""
    action = _element("GetDigits", timeout=max(1, hold.seconds))
    action.extend(_actions(hold.prompt or Say("Please hold the line.")))
    return action


def _record(record: Record) -> Element:
    action = _element(
        "Record",
        finishOnKey=record.finish_on_key,
        maxLength=record.max_length,
        trimSilence=True,
        playBeep=True,
        callbackUrl=record.callback_url,
    )
    action.extend(_actions(record.prompt) if record.prompt else [])
    return action


def _element(tag: str, text: str = "", /, **attributes: str | int | bool | None) -> Element:
    element = Element(tag)
    element.text = _NOT_XML.sub("", text) or None
    for attribute, value in attributes.items():
        if value is not None:
            element.set(attribute, _NOT_XML.sub("", str(value).lower() if isinstance(value, bool) else str(value)))
    return element
