"""Instructions as TwiML: https://www.twilio.com/docs/voice/twiml. Pure, and well-formed whatever the text."""

import re
from collections.abc import Sequence
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
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
_CLIENT = re.compile(r"client:([A-Za-z0-9_]{1,121})")
_SIP = re.compile(r"(?:sip:)?([\w.+-]+@[\w.-]+(?::[0-9]{1,5})?)", re.ASCII)
_MOST_TARGETS = 10
_RINGING = (5, 600)  # seconds that a Dial may ring
_LONGEST_QUEUE_NAME = 64


def written(instructions: Sequence[Instruction], recorded_url: str) -> str:
    """The document that tells Twilio to do this, in this order; recordings are announced at `recorded_url`.

    Twilio hangs up when the list is done. It ends where what follows would never be reached, and a Reject counts only
    as the first: after anything else the call is answered, and the list ends.
    """
    response = Element("Response")
    for position, instruction in enumerate(instructions):
        if position and isinstance(instruction, Reject):
            break
        response.extend(_verbs(instruction, recorded_url))
        if _is_last(instruction):
            break
    ElementTree.indent(response)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(response, encoding="unicode")


def _is_last(instruction: Instruction) -> bool:
    goes_elsewhere = isinstance(instruction, Connect) and instruction.callback_url is not None
    return goes_elsewhere or isinstance(instruction, HangUp | Redirect | Reject)


def _verbs(instruction: Instruction, recorded_url: str) -> list[Element]:
    match instruction:
        case Say(text):
            return [_element("Say", text)]
        case Play(url):
            return [_element("Play", url)]
        case Gather():
            return [_gather(instruction)]
        case Connect():
            return _dial(instruction, recorded_url)
        case Record():
            return [*_prompt(instruction.prompt), _record(instruction, recorded_url)]
        case Hold(seconds, prompt):
            return [*_prompt(prompt), _element("Pause", length=max(1, seconds))]
        case Enqueue():
            return [_enqueue(instruction)]
        case Redirect() | Reject() | HangUp():
            return [_end(instruction)]


def _end(instruction: Redirect | Reject | HangUp) -> Element:
    match instruction:
        case Redirect(url):
            return _element("Redirect", url, method="POST")
        case Reject():
            return _element("Reject")
        case HangUp():
            return _element("Hangup")


def _prompt(prompt: Say | Play | None) -> list[Element]:
    return _verbs(prompt, "") if prompt else []


def _gather(gather: Gather) -> Element:
    verb = _element(
        "Gather",
        input="dtmf",
        action=gather.callback_url,
        method="POST",
        numDigits=gather.digits,
        timeout=gather.timeout,
        finishOnKey=gather.finish_on_key,
    )
    verb.extend(_prompt(gather.prompt))
    return verb


def _dial(connect: Connect, recorded_url: str) -> list[Element]:
    nouns = [noun for target in connect.targets if (noun := _noun(target)) is not None]
    if not nouns:
        # Nobody to ring: as if nobody had answered.
        return [_element("Redirect", connect.callback_url, method="POST")] if connect.callback_url else []
    verb = _element(
        "Dial",
        callerId=connect.caller_id,
        timeout=min(max(connect.timeout, _RINGING[0]), _RINGING[1]),
        timeLimit=connect.max_duration,
        sequential=connect.sequential if len(nouns) > 1 else None,
        action=connect.callback_url,
        method="POST" if connect.callback_url else None,
        record="record-from-answer-dual" if connect.record else None,
        recordingStatusCallback=recorded_url if connect.record else None,
    )
    verb.extend(nouns[:_MOST_TARGETS])
    return [verb]


def _noun(target: str) -> Element | None:
    if _NUMBER.fullmatch(target):
        return _element("Number", target)
    if client := _CLIENT.fullmatch(target):
        return _element("Client", client.group(1))
    if address := _SIP.fullmatch(target):
        return _element("Sip", f"sip:{address.group(1)}")
    return None


def _record(record: Record, recorded_url: str) -> Element:
    return _element(
        "Record",
        action=record.callback_url,
        method="POST",
        maxLength=record.max_length,
        finishOnKey=record.finish_on_key,
        playBeep=True,
        recordingStatusCallback=recorded_url,
    )


def _enqueue(enqueue: Enqueue) -> Element:
    name = _NOT_XML.sub("", enqueue.name).strip()[:_LONGEST_QUEUE_NAME] or "queue"
    # Audio is fetched by GET; a POST would be for TwiML.
    method = "GET" if enqueue.hold_music else None
    return _element("Enqueue", name, waitUrl=enqueue.hold_music, waitUrlMethod=method)


def _element(tag: str, text: str = "", /, **attributes: str | int | bool | None) -> Element:
    element = Element(tag)
    element.text = _NOT_XML.sub("", text) or None
    for attribute, value in attributes.items():
        if value is not None:
            element.set(attribute, _NOT_XML.sub("", str(value).lower() if isinstance(value, bool) else str(value)))
    return element
