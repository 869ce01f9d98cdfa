"""The TwiML that Twilio is answered, read as strictly as its documentation allows."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from xml.etree import ElementTree


class Violation(AssertionError):
    """The product answered what the carrier does not understand."""


@dataclass(frozen=True)
class Verb:
    """One verb or noun of a document."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""
    children: "tuple[Verb, ...]" = ()


_Check = Callable[[str], bool]


def _url(value: str) -> bool:
    parts = urlsplit(value)
    is_loopback = parts.hostname in ("127.0.0.1", "localhost", "::1")
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback))


def _within(least: int, most: int) -> _Check:
    return lambda value: bool(re.fullmatch(r"[0-9]{1,6}", value)) and least <= int(value) <= most


def _one_of(*words: str) -> _Check:
    return lambda value: value in words


def _matching(pattern: str) -> _Check:
    return lambda value: bool(re.fullmatch(pattern, value, re.ASCII))


_boolean, _method = _one_of("true", "false"), _one_of("GET", "POST")
_number = r"\+[1-9][0-9]{6,14}"
_keys = _matching(r"[0-9*#]*")
_recorded = {"recordingStatusCallback": _url, "recordingStatusCallbackMethod": _method}
_ATTRIBUTES: dict[str, dict[str, _Check]] = {
    "Say": {"voice": bool, "language": bool, "loop": _within(0, 1000)},
    "Play": {"loop": _within(0, 1000), "digits": _matching(r"[0-9*#wW]+")},
    "Pause": {"length": _within(1, 3600)},
    "Gather": {
        "input": _one_of("dtmf", "speech", "dtmf speech"),
        "action": _url,
        "method": _method,
        "timeout": _within(1, 600),
        "finishOnKey": _keys,
        "numDigits": _within(1, 1000),
        "actionOnEmptyResult": _boolean,
    },
    "Dial": {
        "action": _url,
        "method": _method,
        "timeout": _within(5, 600),
        "timeLimit": _within(1, 86_400),
        "callerId": _matching(rf"{_number}|client:\w+"),
        "record": _matching(r"do-not-record|record-from-(answer|ringing)(-dual)?"),
        "sequential": _boolean,
        "answerOnBridge": _boolean,
        **_recorded,
    },
    "Number": {},
    "Client": {},
    "Sip": {},
    "Record": {
        "action": _url,
        "method": _method,
        "timeout": _within(0, 600),
        "finishOnKey": _keys,
        "maxLength": _within(1, 14_400),
        "playBeep": _boolean,
        **_recorded,
    },
    "Enqueue": {"action": _url, "method": _method, "waitUrl": _url, "waitUrlMethod": _method},
    "Redirect": {"method": _method},
    "Reject": {"reason": _one_of("rejected", "busy")},
    "Hangup": {},
}
_CHILDREN = {"Gather": ("Say", "Play", "Pause"), "Dial": ("Number", "Client", "Sip")}
_TEXTS: dict[str, _Check] = {
    "Say": bool,
    "Play": _url,
    "Redirect": _url,
    "Number": _matching(_number),
    "Client": _matching(r"\w{1,121}"),
    "Sip": _matching(r"sip:[\w.+-]+@[\w.-]+(:[0-9]+)?"),
    "Enqueue": lambda text: 0 < len(text) <= 64,
}
_NOUNS = ("Number", "Client", "Sip")
_LAST = ("Redirect", "Hangup", "Reject")


def read(document: str) -> list[Verb]:
    """The verbs of a document. Raises Violation."""
    if re.search(r"<!(?!--)", document):
        raise Violation("a document has no document type and no CDATA")
    try:
        root = ElementTree.fromstring(document.encode("utf-8"))
    except (ElementTree.ParseError, UnicodeEncodeError) as error:
        raise Violation(f"not well-formed: {error}") from error
    if root.tag != "Response" or root.attrib:
        raise Violation(f"the root is <{root.tag}> {root.attrib}, not a bare <Response>")
    _no_stray_text(root, of_its_own=True)
    verbs = [_verb(element) for element in root]
    _check_order(verbs)
    return verbs


def _check_order(verbs: list[Verb]) -> None:
    for position, verb in enumerate(verbs):
        if verb.name in _NOUNS:
            raise Violation(f"<{verb.name}> is no verb")
        if verb.name == "Reject" and position:
            raise Violation("<Reject> comes first or never")
        unreachable = verb.name in _LAST or (verb.name == "Dial" and "action" in verb.attributes)
        if unreachable and verb is not verbs[-1]:
            raise Violation(f"nothing after <{verb.name}> is reached")


def _verb(element: ElementTree.Element) -> Verb:
    name = element.tag
    if name not in _ATTRIBUTES:
        raise Violation(f"unknown verb <{name}>")
    for key, value in element.attrib.items():
        if key not in _ATTRIBUTES[name]:
            raise Violation(f"<{name}> has no attribute {key}")
        if not _ATTRIBUTES[name][key](value):
            raise Violation(f"<{name} {key}> cannot be {value!r}")
    children = tuple(_verb(child) for child in element)
    if any(child.name not in _CHILDREN.get(name, ()) for child in children) or len(children) > 10:
        raise Violation(f"<{name}> cannot hold {[child.name for child in children]}")
    _no_stray_text(element, of_its_own=name not in _TEXTS)
    text = (element.text or "").strip()
    if name in _TEXTS and not _TEXTS[name](text):
        raise Violation(f"<{name}> cannot say {text!r}")
    if name == "Dial" and not children:
        raise Violation("<Dial> rings nobody")
    return Verb(name, dict(element.attrib), text, children)


def _no_stray_text(element: ElementTree.Element, *, of_its_own: bool) -> None:
    strays = [element.text] if of_its_own else []
    if any((text or "").strip() for text in [*strays, *(child.tail for child in element)]):
        raise Violation(f"text lies loose in <{element.tag}>")
