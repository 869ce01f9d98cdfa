"""What a provider that carries conversations makes of one, once it is over. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any, Protocol, runtime_checkable

from tandem.carriers.base import CarrierEvent, Heard, Sought
from tandem.records import record


def plain(value: Any) -> Any:
    """A value of somebody else's JSON as ours can be written: Python reads more than that."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (ValueError, RecursionError):
        return None
    return json.loads(text.encode("utf-8", "replace"))


@record
class Criterion:
    """A goal of the conversation, and whether it was reached; None where the provider cannot tell."""

    name: str
    reached: bool | None
    reason: str = ""


@record
class Analysis:
    """A provider's own analysis: `successful` None where it cannot tell; `data`: what was collected, as JSON has it."""

    summary: str
    title: str | None = None
    successful: bool | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    criteria: Sequence[Criterion] = ()


@record
class Told:
    """All that a provider tells of a conversation at once: of the call, of what was said, and what it makes of it."""

    events: Sequence[CarrierEvent] = ()
    heard: Heard | None = None
    analysis: Analysis | None = None


@runtime_checkable
class Converses(Protocol):
    """A carrier that keeps the conversations it carried, and can be asked for one."""

    def conversation(self, call: Sought) -> Told:
        """What is known of a call's conversation; without `heard` while that is not over. Raises Unavailable."""
