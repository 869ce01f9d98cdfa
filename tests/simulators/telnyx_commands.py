"""What Telnyx is sent, read as strictly as its specification allows: the bodies of dials and commands."""

import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

Body = Mapping[str, Any]


class Violation(AssertionError):
    """The product sent, or answered, what the carrier does not understand."""


_Check = Callable[[Any], bool]


def _text(value: Any) -> bool:
    """Text that can be sent as UTF-8, without control characters."""
    sound = isinstance(value, str) and not re.search("[\x00-\x1f\x7f\ud800-\udfff]", value)
    return sound and 0 < len(value.strip()) <= 3000


def _within(least: int, most: int) -> _Check:
    return lambda value: type(value) is int and least <= value <= most


def _one_of(*words: str) -> _Check:
    return lambda value: value in words


def _matching(pattern: str) -> _Check:
    return lambda value: isinstance(value, str) and bool(re.fullmatch(pattern, value, re.ASCII))


def _url(value: Any) -> bool:
    parts = urlsplit(value if isinstance(value, str) else "")
    is_loopback = parts.hostname in ("127.0.0.1", "localhost", "::1")
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback))


def _base64(value: Any) -> bool:
    return isinstance(value, str) and bool(b64decode(value, validate=True))


def _object(value: Any) -> bool:
    return isinstance(value, dict)


_boolean: _Check = lambda value: isinstance(value, bool)  # noqa: E731
_number = r"\+[1-9][0-9]{6,14}"
_keys = _matching(r"[0-9A-D*#]*")
_party = _matching(rf"{_number}|sip:[\w.+-]+@[\w.-]+(:[0-9]+)?")
_hook: dict[str, _Check] = {"webhook_url": _url, "webhook_url_method": _one_of("POST", "GET")}
_recording: dict[str, _Check] = {
    "record": _one_of("record-from-answer"),
    "record_channels": _one_of("single", "dual"),
    "record_format": _one_of("mp3", "wav"),
}
_gathering: dict[str, _Check] = {
    "minimum_digits": _within(1, 128),
    "maximum_digits": _within(1, 128),
    "maximum_tries": _within(1, 10),
    "timeout_millis": _within(1, 10**7),
    "inter_digit_timeout_millis": _within(1, 10**7),
    "terminating_digit": _matching(r"[0-9A-D*#]"),
    "valid_digits": _keys,
}
_assistant: dict[str, _Check] = {
    "id": _text, "instructions": bool, "greeting": lambda text: isinstance(text, str) and len(text) <= 3000,
    "dynamic_variables": _object, "model": _text, "name": _text,
}  # fmt: skip
_REQUIRED = {
    "speak": ("payload", "voice"), "playback_start": ("audio_url",), "gather_using_speak": ("payload", "voice"),
    "gather_using_audio": ("audio_url",), "transfer": ("to",), "record_start": ("format", "channels"),
    "reject": ("cause",), "enqueue": ("queue_name",), "dial": ("connection_id", "from", "to"),
}  # fmt: skip
_BODIES: dict[str, dict[str, _Check]] = {
    "dial": {
        "connection_id": _text,
        "from": _matching(_number),
        "to": _party,
        "timeout_secs": _within(5, 600),
        "time_limit_secs": _within(30, 14_400),
        "answering_machine_detection": _one_of("premium", "detect", "detect_beep", "detect_words", "greeting_end"),
        "assistant": _object,
        "transcription": _boolean,
        "transcription_config": _object,
        **_hook,
        **_recording,
    },
    "answer": {**_hook, **_recording},
    "reject": {"cause": _one_of("CALL_REJECTED", "USER_BUSY")},
    "hangup": {},
    "speak": {"payload": _text, "voice": _text, "language": _text},
    "playback_start": {"audio_url": _url},
    "gather": {"initial_timeout_millis": _within(1, 10**7), **_gathering},
    "gather_using_speak": {"payload": _text, "voice": _text, **_gathering},
    "gather_using_audio": {"audio_url": _url, **_gathering},
    "transfer": {
        "to": _party,
        "from": _matching(_number),
        "timeout_secs": _within(5, 600),
        "time_limit_secs": _within(30, 14_400),
        "target_leg_client_state": _base64,
        **_hook,
        **_recording,
    },
    "record_start": {
        "format": _one_of("mp3", "wav"),
        "channels": _one_of("single", "dual"),
        "play_beep": _boolean,
        "max_length": _within(0, 14_400),
        "timeout_secs": _within(0, 14_400),
    },
    "record_stop": {"recording_id": _text},
    "enqueue": {"queue_name": _text},
}


def read(action: str, body: Body) -> Body:
    """A command's body, or a dial's. Raises Violation."""
    known = _BODIES.get(action)
    if known is None:
        raise Violation(f"there is no command {action}")
    checks = {"client_state": _base64, "command_id": _matching(r"[!-~]{1,64}"), **known}
    for name, value in body.items():
        if name not in checks:
            raise Violation(f"{action} has no field {name}")
        if not checks[name](value):
            raise Violation(f"{action}: {name} cannot be {value!r}")
    if missing := [name for name in _REQUIRED.get(action, ()) if name not in body]:
        raise Violation(f"{action} wants {missing}")
    for name, value in body.get("assistant", {}).items():
        if name not in _assistant or not _assistant[name](value):
            raise Violation(f"an assistant's {name} cannot be {value!r}")
    return body
