"""An answer that is not JSON in the family's envelope."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """Text, XML, audio, a redirect. Bytes travel as base64."""

    body: str | bytes = ""
    content_type: str = "text/plain; charset=utf-8"
    status: int = 200
    headers: Mapping[str, str] | None = None
