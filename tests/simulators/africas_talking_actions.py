"""The XML that Africa's Talking is answered, read as strictly as the carrier's documentation allows."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from xml.etree import ElementTree


class Violation(AssertionError):
    """The product answered what the carrier does not understand."""


@dataclass(frozen=True)
class Action:
    """One action of a reply; `prompt` is the Say or Play inside GetDigits or Record."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""
    prompt: "Action | None" = None


def _url(value: str) -> bool:
    parts = urlsplit(value)
    is_loopback = parts.hostname in ("127.0.0.1", "localhost", "::1")
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback))


def _boolean(value: str) -> bool:
    return value in ("true", "false")


def _count(value: str) -> bool:
    return bool(re.fullmatch(r"[1-9][0-9]{0,5}", value))


def _key(value: str) -> bool:
    return bool(re.fullmatch(r"[0-9*#]", value))


def _text(value: str) -> bool:
    return bool(value.strip())


def _parties(value: str) -> bool:
    one = r"\+[1-9][0-9]{6,14}|[\w.+-]+@[\w.-]+|[\w-]+\.[\w.-]+"
    return all(re.fullmatch(one, party) for party in value.split(","))


_Check = Callable[[str], bool]
_ATTRIBUTES: dict[str, dict[str, _Check]] = {
    "Say": {"voice": _text, "playBeep": _boolean},
    "Play": {"url": _url},
    "GetDigits": {"numDigits": _count, "timeout": _count, "finishOnKey": _key, "callbackUrl": _url},
    "Dial": {
        "phoneNumbers": _parties,
        "record": _boolean,
        "sequential": _boolean,
        "callerId": _parties,
        "ringBackTone": _url,
        "maxDuration": _count,
    },
    "Record": {
        "finishOnKey": _key,
        "maxLength": _count,
        "timeout": _count,
        "trimSilence": _boolean,
        "playBeep": _boolean,
        "callbackUrl": _url,
    },
    "Enqueue": {"holdMusic": _url, "name": _text},
    "Dequeue": {"phoneNumber": _parties, "name": _text},
    "Redirect": {},
    "Reject": {},
    "Conference": {},
}
_REQUIRED = {"Play": "url", "Dial": "phoneNumbers", "Dequeue": "phoneNumber"}
_SPELLINGS = {"callBackUrl": "callbackUrl", "ringbackTone": "ringBackTone"}
_PROMPTED = ("GetDigits", "Record")


def read(reply: str) -> list[Action]:
    """The actions of a reply. Raises Violation."""
    if re.search(r"<!(?!--)", reply):
        raise Violation("a reply has no document type and no CDATA")
    try:
        root = ElementTree.fromstring(reply.encode("utf-8"))
    except (ElementTree.ParseError, UnicodeEncodeError) as error:
        raise Violation(f"not well-formed: {error}") from error
    if root.tag != "Response" or root.attrib:
        raise Violation(f"the root is <{root.tag}> {root.attrib}, not a bare <Response>")
    _no_stray_text(root)
    actions = [_action(element) for element in root]
    if len(actions) > 1 and any(action.name == "Reject" for action in actions):
        raise Violation("<Reject/> must stand alone")
    return actions


def _action(element: ElementTree.Element) -> Action:
    name = element.tag
    if name not in _ATTRIBUTES:
        raise Violation(f"unknown action <{name}>")
    attributes = {_SPELLINGS.get(key, key): value for key, value in element.attrib.items()}
    for key, value in attributes.items():
        if key not in _ATTRIBUTES[name]:
            raise Violation(f"<{name}> has no attribute {key}")
        if not _ATTRIBUTES[name][key](value):
            raise Violation(f"<{name} {key}> cannot be {value!r}")
    if name in _REQUIRED and _REQUIRED[name] not in attributes:
        raise Violation(f"<{name}> needs {_REQUIRED[name]}")
    prompt = _prompt(element) if name in _PROMPTED else None
    text = element.text or ""
    if name == "Redirect" and not _url(text):
        raise Violation(f"<Redirect> leads to {text!r}")
    if name not in ("Say", "Redirect"):
        _no_stray_text(element)
    if name not in _PROMPTED and len(element):
        raise Violation(f"<{name}> has no children")
    return Action(name, attributes, text if name in ("Say", "Redirect") else "", prompt)


def _prompt(element: ElementTree.Element) -> Action | None:
    if len(element) > 1 or any(child.tag not in ("Say", "Play") for child in element):
        raise Violation(f"<{element.tag}> takes one Say or one Play")
    if element.tag == "GetDigits" and len(element) != 1:
        raise Violation("<GetDigits> needs a prompt")
    return _action(element[0]) if len(element) else None


def _no_stray_text(element: ElementTree.Element) -> None:
    strays = [element.text, *(child.tail for child in element)]
    if any((text or "").strip() for text in strays):
        raise Violation(f"text lies loose in <{element.tag}>")
