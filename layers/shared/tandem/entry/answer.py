"""An answer that is not JSON in the family's envelope."""

from collections.abc import Mapping, Sequence
from typing import Generic, TypeVar

from tandem.records import record

T = TypeVar("T")


@record
class Answer:
    """Text, XML, audio, a redirect. Bytes travel as base64."""

    body: str | bytes = ""
    content_type: str = "text/plain; charset=utf-8"
    status: int = 200
    headers: Mapping[str, str] | None = None
    code: str | None = None
    """The code of the error that this tells of, for the log."""
    cookies: Sequence[str] = ()
    """Values of Set-Cookie."""


@record
class WithCookies(Generic[T]):
    """What an endpoint returns whose answer sets cookies besides."""

    value: T
    cookies: Sequence[str]


@record
class WithStatus(Generic[T]):
    """What an endpoint returns that is not always answered with the same status."""

    value: T
    status: int
